package import Catalog
internal import Domain

/// Names of splits.
package enum SplitNames {
    /// The split of that name, or else its folds `NAME-0`, `NAME-1` and so on, in order.
    ///
    /// - Throws: `CatalogError.unknownSplit`.
    package static func named(_ name: String, among names: Set<String>) throws(CatalogError) -> [String] {
        if names.contains(name) { return [name] }
        let folds = Array((0...).lazy.map { "\(name)-\($0)" }.prefix(while: names.contains))
        guard !folds.isEmpty else {
            throw .unknownSplit(name, nearest: Spelling.nearest(to: name, among: names))
        }
        return folds
    }
}
