internal import Catalog
internal import Domain

/// Where a split puts each subject in an export.
struct SplitPlaces: Sendable {
    struct Place: Sendable, Hashable {
        /// In each fold, counted from 0; nil: in none there.
        let parts: [SplitPart?]

        /// The part that the subject goes by: of several folds, whoever is tested in one is tested, and whoever validates in
        /// one trains elsewhere.
        var part: SplitPart? {
            if parts.count == 1 { return parts[0] }
            if parts.contains(.test) { return .test }
            if parts.contains(.validation) { return .train }
            return [.confidence, .train].first { parts.contains($0) }
        }

        /// The folds in which the subject validates.
        var validates: Set<Int> { folds { $0 == .validation } }
        /// The folds in which nothing may be made of the subject.
        var leftOut: Set<Int> { folds { $0 == nil || $0 == .test } }

        private func folds(_ isWanted: (SplitPart?) -> Bool) -> Set<Int> {
            Set(parts.indices.filter { isWanted(parts[$0]) })
        }
    }

    /// In how many folds subjects validate: 1 for a split that is none of several.
    let folds: Int
    private let places: [String: Place]

    subscript(subject: String) -> Place? { places[subject] }

    /// Reads the split, or, where there is none of this name, its folds `NAME-0`, `NAME-1` and so on.
    ///
    /// - Throws: `CatalogError.unknownSplit`.
    static func read(_ name: String, in catalog: LabelCatalog) async throws -> SplitPlaces {
        let splits = try splits(of: name, among: Set(try await catalog.splits().map(\.split)))
        let subjects = try await catalog.subjectList()
        let places = subjects.map { ($0.name, Place(parts: parts(in: splits, of: $0.parts))) }
        return SplitPlaces(
            folds: splits.count, places: Dictionary(uniqueKeysWithValues: places.filter { $0.1.part != nil }))
    }

    /// The split itself, or, where there is none of this name, its folds `NAME-0`, `NAME-1` and so on.
    ///
    /// - Throws: `CatalogError.unknownSplit`.
    static func splits(of name: String, among names: Set<String>) throws -> [String] {
        if names.contains(name) { return [name] }
        let folds = Array((0...).lazy.map { "\(name)-\($0)" }.prefix(while: names.contains))
        guard !folds.isEmpty else { throw CatalogError.unknownSplit(name) }
        return folds
    }

    /// The subject's part in each split, out of words such as `main/train`.
    private static func parts(in splits: [String], of words: [String]) -> [SplitPart?] {
        splits.map { split in
            let word = words.first { $0.hasPrefix(split + "/") }
            return word.flatMap { SplitPart(rawValue: String($0.dropFirst(split.count + 1))) }
        }
    }
}

extension ExportSelection {
    /// The folds in which none of those cases validates.
    func foldsWithoutValidation(_ cases: [ExportCase]) -> [Int] {
        let filled = cases.reduce(into: Set<Int>()) { $0.formUnion($1.place?.validates ?? []) }
        return (0..<folds).filter { !filled.contains($0) }
    }
}
