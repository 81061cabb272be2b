public import Domain

/// Which value of a label map stands for which organ.
///
/// A voxel's value names the most special of the wanted organs that it belongs to; an organ that holds other wanted organs
/// is a region of several values (nnU-Net v2, "region-based training": a list in `labels`). A whole whose divisions are
/// all wanted needs no value of its own.
public struct LabelScheme: Hashable, Sendable {
    /// Values are bytes: 0 is background and the highest is `ignore`.
    public static let largestCount = 253

    /// Wholes before their parts, otherwise as asked for: the order of values.
    public let organs: [OrganKey]
    /// For each organ the other wanted organs that are parts of it, as indices.
    let parts: [[Int]]
    /// For each organ the value of a voxel of which it is the most special organ; nil where its divisions have them all.
    public let values: [Int?]
    /// `excludes[i][j]`: a voxel of organ i is surely none of organ j.
    let excludes: [[Bool]]

    /// - Throws: `noOrgans`, `repeatedOrgan`, `tooManyOrgans`, `inseparable`.
    public init(_ wanted: [OrganKey], ontology: Ontology = .standard) throws(ExportError) {
        try Self.check(wanted)
        let organs = Self.ordered(wanted, ontology)
        let parts = organs.map { whole in
            let inside = Set(ontology.parts(of: whole))
            return organs.indices.filter { inside.contains(organs[$0]) }
        }
        try Self.checkShared(organs, parts, ontology)
        var next = 0
        values = organs.map { organ in
            let divisions = ontology.divisions(of: organ)
            if !divisions.isEmpty && divisions.allSatisfy(organs.contains) { return nil }
            next += 1
            return next
        }
        excludes = organs.map { a in organs.map { ontology.excludes(a, $0) } }
        (self.organs, self.parts) = (organs, parts)
    }

    /// The values whose union is the organ, rising.
    public func region(of organ: Int) -> [Int] { ([organ] + parts[organ]).compactMap { values[$0] }.sorted() }

    public var hasRegions: Bool { organs.indices.contains { region(of: $0).count > 1 } }

    /// The value that each region paints when predictions become a label map again, later ones over earlier ones.
    public var regionsClassOrder: [Int] { organs.indices.map { values[$0] ?? region(of: $0)[0] } }

    /// The value of voxels of which not all is known.
    public var ignoreValue: Int { (values.compactMap { $0 }.max() ?? 0) + 1 }

    // MARK: -

    private static func check(_ wanted: [OrganKey]) throws(ExportError) {
        if wanted.isEmpty { throw .noOrgans }
        if wanted.count > largestCount { throw .tooManyOrgans(wanted.count) }
        var seen: Set<OrganKey> = []
        for organ in wanted where !seen.insert(organ).inserted { throw .repeatedOrgan(organ) }
    }

    private static func ordered(_ wanted: [OrganKey], _ ontology: Ontology) -> [OrganKey] {
        var (open, placed) = (wanted, [OrganKey]())
        while !open.isEmpty {
            let next = open.firstIndex { organ in
                !ontology.wholes(of: organ).contains { open.contains($0) }
            }
            placed.append(open.remove(at: next ?? 0))
        }
        return placed
    }

    /// Organs that overlap by definition need their common part to have a value.
    private static func checkShared(
        _ organs: [OrganKey], _ parts: [[Int]], _ ontology: Ontology
    ) throws(ExportError) {
        let inside = organs.map { Set(ontology.parts(of: $0)) }
        for a in organs.indices {
            for b in organs.indices where a < b && !parts[a].contains(b) && !parts[b].contains(a) {
                let shared = inside[a].intersection(inside[b])
                if let part = shared.min(), shared.isDisjoint(with: organs) {
                    throw .inseparable(organs[a], organs[b], shared: part)
                }
            }
        }
    }
}
