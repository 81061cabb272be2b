public import Domain

/// What it did to splits and checkpoints that two subjects proved to be one.
public struct SubjectMerge: Sendable, Hashable {
    /// The kept subject, then the joined one.
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

    /// The folds in which the patient validated and does not any more, and those of the same cross-validations in which it
    /// does; empty where none was lost.
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
