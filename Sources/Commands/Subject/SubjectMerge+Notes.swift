internal import Catalog
internal import Console
internal import Domain

extension SubjectMerge {
    /// What a person has to know beyond the parts that changed.
    var notes: [String] {
        var notes: [String] = []
        if !folds.left.isEmpty {
            notes.append(
                "A patient validates in one fold: no longer in \(folds.left.joined(separator: ", ")), still in "
                    + "\(folds.kept.joined(separator: ", ")). Runs that began before hold it back as they did.")
        }
        if !newlyContaminated.isEmpty {
            notes.append(
                "\(newlyContaminated.count) checkpoints had trained on this patient although it was held out; see "
                    + "lacuna lineage and lacuna round show.")
        }
        return notes
    }

    /// What it changed, for a report.
    var changes: [Cell.Field] {
        [
            Cell.Field("changedParts", changedParts),
            Cell.Field("newlyContaminated", newlyContaminated.map(\.rawValue)),
        ]
    }
}
