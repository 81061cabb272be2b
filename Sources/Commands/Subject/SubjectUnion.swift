internal import Catalog
internal import Domain

/// What a join did to splits and checkpoints.
struct SubjectUnion {
    /// The kept subject, then the joined one.
    let before: [SubjectFacts]
    let after: SubjectFacts

    /// `SPLIT: NAME PART, NAME PART, now PART` for every split in which a part of either changed.
    var changedParts: [String] {
        splits.filter { isChanged($0) }.map { split in
            let old = before.map { "\($0.subject.name) \(part(of: $0, in: split) ?? "unassigned")" }
            return "\(split): \(old.joined(separator: ", ")), now \(part(of: after, in: split) ?? "unassigned")"
        }
    }

    var newlyContaminated: [CheckpointID] {
        let known = Set(before.flatMap(\.contaminated))
        return after.contaminated.filter { !known.contains($0) }
    }

    var notes: [String] {
        let left = splits.filter { split in
            before.contains { part(of: $0, in: split) == "validation" }
                && !["validation", "test"].contains(part(of: after, in: split))
        }
        var notes: [String] = []
        if !left.isEmpty {
            let kept = splits.filter { part(of: after, in: $0) == "validation" }
            notes.append(
                "A patient validates in one fold: no longer in \(left.joined(separator: ", ")), still in "
                    + "\(kept.joined(separator: ", ")). Runs that began before hold it back as they did.")
        }
        if !newlyContaminated.isEmpty {
            notes.append(
                "\(newlyContaminated.count) checkpoints had trained on this patient although it was held out; see "
                    + "lacuna lineage and lacuna round show.")
        }
        return notes
    }

    private var splits: [String] {
        after.subject.parts.compactMap { word in word.lastIndex(of: "/").map { String(word[..<$0]) } }
    }

    private func isChanged(_ split: String) -> Bool {
        before.contains { part(of: $0, in: split) != part(of: after, in: split) }
    }

    private func part(of facts: SubjectFacts, in split: String) -> String? {
        facts.subject.parts.first { $0.hasPrefix(split + "/") && !$0.dropFirst(split.count + 1).contains("/") }
            .map { String($0.dropFirst(split.count + 1)) }
    }
}
