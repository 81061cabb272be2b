internal import Batches
internal import Domain
internal import Plans

/// What batches are to be drawn of, as a caller describes it call by call. For one thread.
final class BatchPlan {
    /// A volume of the training cache.
    struct Item {
        let volume: VolumeID
        let image, labels: String
        let normalisation: IntensityMap
    }

    private static let mostRanks = 1 << 20
    private let organs: [OrganKey]
    private var values: [String: SettingValue] = [:]
    private var compositeSets: [[Int]] = []
    private var items: [Item] = []

    /// - Parameter organs: their keys, in the order of the channels of the labels.
    init(organs: [String]) { self.organs = organs.map { OrganKey($0) } }

    /// - Parameter value: as in a configuration: `0.5`, `true`, `nnUNet`, `[128, 128, 128]`.
    /// - Throws: `LibraryError` for a key that does not concern batches.
    func set(_ key: String, _ value: String) throws(LibraryError) {
        guard LearningSettings.batchKeys.contains(key) else {
            throw LibraryError(.unknown(key: key, known: Array(LearningSettings.batchKeys)))
        }
        values[key] = SettingValue(flow: value)
    }

    /// Adds a composite label, whose channel follows those of the organs and of the composite labels before it.
    ///
    /// - Parameter parts: indices of organs.
    /// - Throws: `LibraryError` for an index of no organ.
    func add(compositeOf parts: [Int]) throws(LibraryError) {
        guard !parts.isEmpty, parts.allSatisfy(organs.indices.contains) else {
            throw .argument("a composite label names no organ", "use indices from 0 to \(organs.count - 1)")
        }
        compositeSets.append(parts)
    }

    func add(_ item: Item) { items.append(item) }

    /// Maps the files of all volumes. Blocks.
    ///
    /// - Parameters:
    ///   - rank, ranks: which of several processes this is.
    /// - Throws: `LibraryError`.
    func open(rank: Int, ranks: Int) throws(LibraryError) -> OpenBatches {
        guard (1...Self.mostRanks).contains(ranks), (0..<ranks).contains(rank) else {
            throw .argument("rank \(rank) is none of \(ranks)", "use ranks from 0 on, below their number")
        }
        let settings = try settings()
        var volumes: [TrainingVolume] = []
        for item in items {
            volumes.append(
                try TrainingVolume(
                    item, organs: organs.count, channels: organs.count + compositeSets.count,
                    missingAsBackground: settings.missingAsBackground))
        }
        let data = TrainingData(volumes, compositeSets: compositeSets)
        do {
            let sampler = try Sampler(
                data, organs: organs.count, settings: settings, mirror: Ontology.standard.mirror(of: organs),
                rank: rank, ranks: ranks)
            return OpenBatches(sampler, settings, organs: organs.count, composites: compositeSets.count)
        } catch let error as BatchError {
            throw LibraryError(error)
        } catch {
            throw .argument("no batches can be drawn", "give other volumes")
        }
    }

    private func settings() throws(LibraryError) -> LearningSettings {
        var values = values
        // No network, so that patches may have any size.
        values["widths"] = .list([.integer(1)])
        do {
            let settings = try LearningSettings(values)
            guard !settings.missingAsBackground || compositeSets.isEmpty else {
                throw LibraryError.argument(
                    "composite labels have no effect where missingAsBackground is true", "give no composite labels")
            }
            return settings
        } catch let error as SettingError {
            throw LibraryError(error)
        } catch let error as LibraryError {
            throw error
        } catch {
            throw .argument("the settings cannot be used", "give other settings")
        }
    }
}

extension SettingValue {
    /// A scalar, or a list of scalars in brackets. Texts are read as numbers and flags by their keys.
    fileprivate init(flow text: String) {
        guard text.hasPrefix("["), text.hasSuffix("]") else {
            self = .text(text)
            return
        }
        self = .list(
            text.dropFirst().dropLast().split(separator: ",").map { .text(String($0.drop { $0 == " " })) })
    }
}
