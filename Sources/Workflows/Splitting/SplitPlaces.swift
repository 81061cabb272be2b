internal import Catalog
internal import Domain

/// Where a split, or the folds of a cross-validation, put each subject.
struct SplitPlaces: Sendable {
    struct Place: Sendable, Hashable {
        /// The part in each fold, counted from 0; nil: unassigned there.
        let parts: [SplitPart?]

        /// The part that the subject counts as: test if it is tested in any fold, train if it validates in one of several.
        var part: SplitPart? {
            if parts.count == 1 { return parts[0] }
            if parts.contains(.test) { return .test }
            if parts.contains(.validation) { return .train }
            return [.confidence, .train].first { parts.contains($0) }
        }

        /// The folds in which the subject validates.
        var validates: Set<Int> { folds { $0 == .validation } }
        /// The folds in which the subject neither trains nor validates.
        var leftOut: Set<Int> { folds { $0 == nil || $0 == .test } }

        private func folds(_ isIncluded: (SplitPart?) -> Bool) -> Set<Int> {
            Set(parts.indices.filter { isIncluded(parts[$0]) })
        }
    }

    /// The number of folds; 1 for a single split.
    let folds: Int
    private let places: [ExactText: Place]

    /// - Parameter subject: its name.
    subscript(subject: String) -> Place? { places[ExactText(subject)] }

    /// Reads the split of that name, or else its folds `NAME-0`, `NAME-1` and so on.
    ///
    /// - Throws: `CatalogError.unknownSplit`.
    static func read(_ name: String, in catalog: LabelCatalog) async throws -> SplitPlaces {
        let splits = try SplitNames.named(name, among: Set(try await catalog.splits().map(\.split)))
        let subjects = try await catalog.subjectList()
        let places = subjects.map { subject in
            (ExactText(subject.name), Place(parts: splits.map { SplitPart(in: $0, of: subject.parts) }))
        }
        return SplitPlaces(
            folds: splits.count, places: Dictionary(uniqueKeysWithValues: places.filter { $0.1.part != nil }))
    }
}
