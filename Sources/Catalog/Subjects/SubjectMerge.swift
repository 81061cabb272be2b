public import Domain

/// The effects of a merge of two subjects on splits and checkpoints.
public struct SubjectMerge: Sendable, Hashable {
    /// The kept subject, then the merged one.
    public let before: [SubjectFacts]
    public let after: SubjectFacts

    /// `SPLIT: NAME PART, NAME PART, now PART` for every split in which a part of either changed.
    public var changedParts: [String] {
        splits.filter { isChanged($0) }.map { split in
            let old = before.map { "\($0.subject.name) \(part(of: $0, in: split) ?? "unassigned")" }
            return "\(split): \(old.joined(separator: ", ")), now \(part(of: after, in: split) ?? "unassigned")"
        }
    }

    public var newlyContaminated: [CheckpointID] {
        let known = Set(before.flatMap(\.contaminated))
        return after.contaminated.filter { !known.contains($0) }
    }

    /// The folds whose validation part the subject left, and those of the same cross-validations in whose validation part it still
    /// is; both empty where it left none.
    public var folds: (left: [String], kept: [String]) {
        let left = splits.filter { split in
            before.contains { part(of: $0, in: split) == "validation" }
                && !["validation", "test"].contains(part(of: after, in: split))
        }
        let names = Set(left.map(Self.crossValidation))
        return (
            left,
            splits.filter { names.contains(Self.crossValidation($0)) && part(of: after, in: $0) == "validation" }
        )
    }

    /// `cv` of the fold `cv-0`.
    private static func crossValidation(_ fold: String) -> Substring {
        fold.lastIndex(of: "-").map { fold[..<$0] } ?? fold[...]
    }

    private var splits: [String] {
        after.subject.parts.compactMap { part in part.lastIndex(of: "/").map { String(part[..<$0]) } }
    }

    private func isChanged(_ split: String) -> Bool {
        before.contains { part(of: $0, in: split) != part(of: after, in: split) }
    }

    private func part(of facts: SubjectFacts, in split: String) -> String? {
        facts.subject.parts.first { $0.hasPrefix(split + "/") && !$0.dropFirst(split.count + 1).contains("/") }
            .map { String($0.dropFirst(split.count + 1)) }
    }
}
