package import Domain

/// A published list of cases to read a split from.
package struct SplitList: Hashable, Sendable {
    /// The path of the file, which relative paths in it start from.
    package var file: String
    package var text: String
    /// The fold that validates, counted from 0; nil for a list without folds.
    package var fold: Int?
    /// The part of the cases of a plain list.
    package var part: SplitPart?
    /// The dataset in which cases are searched; nil: all.
    package var dataset: String?

    package init(file: String, text: String, fold: Int? = nil, part: SplitPart? = nil, dataset: String? = nil) {
        (self.file, self.text, self.fold, self.part, self.dataset) = (file, text, fold, part, dataset)
    }
}
