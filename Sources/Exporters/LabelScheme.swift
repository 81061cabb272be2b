public import Domain

/// Assigns the values of a label map to organs.
///
/// The value of a voxel is that of the most specific exported organ it belongs to. An organ that contains other exported
/// organs is a region of several values (nnU-Net v2, "region-based training": a list in `labels`). A whole whose divisions
/// are all exported has no value of its own.
public struct LabelScheme: Hashable, Sendable {
    /// The largest number of organs: values are bytes, 0 is background and one value is `ignore`.
    public static let largestCount = 253

    /// The exported organs, wholes before their parts and otherwise in the order requested. Values rise in this order.
    public let organs: [OrganKey]
    /// For each organ, the indices of the other exported organs that are parts of it.
    let parts: [[Int]]
    /// For each organ, the value of voxels of which it is the most specific organ; nil where its divisions cover it.
    public let values: [Int?]
    /// `excludes[i][j]`: a voxel of organ i is never one of organ j.
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

    /// The values of an organ's voxels, rising.
    ///
    /// - Parameter organ: an index into `organs`.
    public func region(of organ: Int) -> [Int] { ([organ] + parts[organ]).compactMap { values[$0] }.sorted() }

    public var hasRegions: Bool { organs.indices.contains { region(of: $0).count > 1 } }

    /// nnU-Net's `regions_class_order`: the value written for each region when predictions become a label map, later over
    /// earlier ones.
    public var regionsClassOrder: [Int] { organs.indices.map { values[$0] ?? region(of: $0)[0] } }

    /// The value of voxels that are not labelled for every exported organ: the highest one.
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

    /// Organs that share a part by definition can be exported together only if that part has a value.
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
