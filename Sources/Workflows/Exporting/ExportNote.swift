internal import Domain

/// A circumstance of an export that the people who use it have to know.
package enum ExportNote: Hashable, Sendable {
    /// Licences that require the export to be passed on under the same terms; at least one.
    case shareAlike([String])
    /// The export is of an earlier revision, and data removed since are left out of it.
    case laterRemovalsLeftOut
    /// The number of volumes of locked test subjects that are left out.
    case lockedLeftOut(Int)
    /// The number of voxels that two organs claim which exclude each other.
    case contestedVoxels(Int)
    /// The cases whose grids are sheared, and the reader that `dataset.json` names for them; nil: the format names no reader.
    case shearedGrids([String], reader: String?)
    /// Some subjects have several cases, and no split keeps them together.
    case subjectsWithSeveralCases
    /// The split has one fold, in which no exported case validates.
    case noValidationCase
    /// No `splits_final.json` was written, because no exported case validates in any fold; nnU-Net draws folds of its own.
    case noFoldsFile(onlyTest: Bool)
    /// No exported case validates in these folds, counted from 0.
    case emptyFolds([Int], of: Int)
}

extension ExportNote {
    /// The notes on an export, in the order in which they are shown.
    ///
    /// - Parameters:
    ///   - writesFolds: whether the format has a file of folds, which is not written where no case validates.
    ///   - reader: the reader of nnU-Net that is set for sheared grids; nil for other formats.
    static func notes(
        on selection: ExportSelection, _ request: ExportRequest, _ report: ExportReport, emptyFolds: [Int],
        writesFolds: Bool, reader: String?
    ) -> [ExportNote] {
        let shared = LicenceGate.shareAlike(selection.releases)
        let hasRepeatedSubjects = Set(selection.cases.map(\.subject)).count < selection.cases.count
        let isTestOnly = request.parts == [.test]
        var notes: [ExportNote] = []
        if !shared.isEmpty { notes.append(.shareAlike(shared)) }
        if selection.lacksRemovedData { notes.append(.laterRemovalsLeftOut) }
        if selection.locked > 0 { notes.append(.lockedLeftOut(selection.locked)) }
        if report.contested > 0 { notes.append(.contestedVoxels(report.contested)) }
        if !report.sheared.isEmpty { notes.append(.shearedGrids(report.sheared, reader: reader)) }
        if request.split == nil && hasRepeatedSubjects { notes.append(.subjectsWithSeveralCases) }
        if writesFolds && selection.folds > 0 && emptyFolds.count == selection.folds {
            notes.append(.noFoldsFile(onlyTest: isTestOnly))
        } else if !emptyFolds.isEmpty && !isTestOnly {
            notes.append(selection.folds == 1 ? .noValidationCase : .emptyFolds(emptyFolds, of: selection.folds))
        }
        return notes
    }
}
