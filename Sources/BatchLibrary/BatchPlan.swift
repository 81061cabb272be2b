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
    /// - Throws: `LibraryError` for an organ that is given twice.
    init(organs: [String]) throws(LibraryError) {
        var seen: Set<String> = []
        for organ in organs where !seen.insert(organ).inserted {
            throw .argument("the organ \(organ) is given twice", "give each organ once, as the labels have them")
        }
        self.organs = organs.map { OrganKey($0) }
    }

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
    /// - Throws: `LibraryError` for an index of no organ, or one that is given twice.
    func add(compositeOf parts: [Int]) throws(LibraryError) {
        guard parts.allSatisfy(organs.indices.contains), Set(parts).count == parts.count else {
            throw .argument(
                "a composite label has the parts \(parts)",
                "give each part once, as an index from 0 to \(organs.count - 1)")
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
            throw .argument(
                "the rank is \(rank) of \(ranks)",
                "count ranks from 0 to one below their number, which is at most \(Self.mostRanks)")
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
        let sampler: Sampler
        do throws(BatchError) {
            sampler = try Sampler(
                data, organs: organs.count, settings: settings, mirror: Ontology.standard.mirror(of: organs),
                rank: rank, ranks: ranks)
        } catch {
            throw LibraryError(error)
        }
        return OpenBatches(sampler, settings, organs: organs.count, composites: compositeSets.count)
    }

    private func settings() throws(LibraryError) -> LearningSettings {
        var values = values
        // No network, so that patches may have any size.
        values["widths"] = .list([.integer(1)])
        let settings: LearningSettings
        do throws(SettingError) {
            settings = try LearningSettings(values)
        } catch {
            throw LibraryError(error)
        }
        guard !settings.missingAsBackground || compositeSets.isEmpty else {
            throw .argument(
                "composite labels have no effect where missingAsBackground is true", "give no composite labels")
        }
        return settings
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
