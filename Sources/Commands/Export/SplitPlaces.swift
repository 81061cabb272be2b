internal import Catalog
internal import Domain

/// Where a split puts each subject in an export.
struct SplitPlaces: Sendable {
    struct Place: Sendable, Hashable {
        let part: SplitPart
        /// The fold in which the subject validates, counted from 0.
        let fold: Int?
    }

    /// In how many folds subjects validate: 1 for a split that is none of several.
    let folds: Int
    private let places: [String: Place]

    subscript(subject: String) -> Place? { places[subject] }

    /// Reads the split, or, where there is none of this name, its folds `NAME-0`, `NAME-1` and so on.
    ///
    /// - Throws: `CatalogError.unknownSplit`.
    static func read(_ name: String, in catalog: Catalog) async throws -> SplitPlaces {
        let names = Set(try await catalog.splits().map(\.split))
        let splits = names.contains(name) ? [name] : folds(of: name, among: names)
        guard !splits.isEmpty else { throw CatalogError.unknownSplit(name) }
        let subjects = try await catalog.subjectList().map { (name: $0.name, parts: parts(in: splits, of: $0.parts)) }
        let places = subjects.compactMap { subject in place(subject.parts).map { (subject.name, $0) } }
        return SplitPlaces(folds: splits.count, places: Dictionary(uniqueKeysWithValues: places))
    }

    private static func folds(of name: String, among names: Set<String>) -> [String] {
        Array((0...).lazy.map { "\(name)-\($0)" }.prefix(while: names.contains))
    }

    /// The subject's part in each split, out of words such as `main/train`.
    private static func parts(in splits: [String], of words: [String]) -> [SplitPart?] {
        splits.map { split in
            let word = words.first { $0.hasPrefix(split + "/") }
            return word.flatMap { SplitPart(rawValue: String($0.dropFirst(split.count + 1))) }
        }
    }

    /// Of several folds: whoever validates in one trains in the others.
    private static func place(_ parts: [SplitPart?]) -> Place? {
        let fold = parts.firstIndex(of: .validation)
        guard let part = parts.count > 1 && fold != nil ? .train : parts[0] else { return nil }
        return Place(part: part, fold: fold)
    }
}
