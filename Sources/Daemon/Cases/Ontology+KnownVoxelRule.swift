internal import Domain

extension Ontology {
    /// The rule for these organs: which exclude each other, and which are parts of others.
    func knownVoxelRule(for organs: [OrganKey], usingExclusions: Bool = true) -> KnownVoxelRule {
        var exclusions: [(Int, Int)] = []
        var parts: [(part: Int, whole: Int)] = []
        for a in organs.indices {
            for b in organs.indices where a != b {
                if a < b, usingExclusions, excludes(organs[a], organs[b]) { exclusions.append((a, b)) }
                if self.parts(of: organs[b]).contains(organs[a]) { parts.append((part: a, whole: b)) }
            }
        }
        return KnownVoxelRule(organCount: organs.count, exclusions: exclusions, parts: parts)
    }
}
