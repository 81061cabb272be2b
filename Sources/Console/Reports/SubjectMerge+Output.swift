package import Catalog
internal import Domain

extension SubjectMerge {
    /// Consequences for folds and checkpoints, for people.
    package var notes: [String] {
        var notes: [String] = []
        if !folds.left.isEmpty {
            notes.append(
                "A patient validates in one fold: no longer in \(folds.left.joined(separator: ", ")), still in "
                    + "\(folds.kept.joined(separator: ", ")). Runs that began before continue to hold the patient out.")
        }
        if !newlyContaminated.isEmpty {
            let count = newlyContaminated.count == 1 ? "1 checkpoint" : "\(newlyContaminated.count) checkpoints"
            notes.append(
                "\(count) trained on this patient although a split holds the patient out. "
                    + "lacuna lineage and lacuna round show list them.")
        }
        return notes
    }

    /// Changed parts of splits and newly contaminated checkpoints, for a report.
    package var changes: [Cell.Field] {
        [
            Cell.Field("changedParts", changedParts),
            Cell.Field("newlyContaminated", newlyContaminated.map(\.rawValue)),
        ]
    }
}
