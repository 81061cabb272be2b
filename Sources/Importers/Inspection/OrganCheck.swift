internal import Domain
internal import Imaging

/// Compares the organs of one case, whose labels are in several files, with each other.
///
/// A mask is compared with single organs only where it meets the union of those before, so that labels without common voxels cost
/// one pass over each mask.
struct OrganCheck {
    private let ontology: Ontology
    private let shape: GridShape
    private let labels: [InspectedLabel]
    private let masks: [EncodedMask]
    private(set) var findings: [ImportFinding] = []

    /// - Throws: `equalOrgans`.
    init(_ labels: [InspectedLabel], shape: GridShape, ontology: Ontology) throws(ImportError) {
        (self.ontology, self.shape) = (ontology, shape)
        self.labels = labels.filter { $0.region != nil && $0.mask != nil }
        masks = self.labels.compactMap(\.mask)
        findings = Self.wholes(labels, ontology)
        guard Set(labels.map(\.file.file)).count > 1 else { return }
        try refuseEqual()
        findings += overlaps() + outside()
    }

    private func refuseEqual() throws(ImportError) {
        var first: [Digest: [Int]] = [:]
        for index in labels.indices {
            let equal = first[masks[index].contentHash, default: []]
            for other in equal where ontology.excludes(labels[other].organ, labels[index].organ) {
                throw .equalOrgans(
                    file: labels[index].file.file.path, organs: [labels[other].organ, labels[index].organ],
                    other: labels[other].file.file.path)
            }
            first[masks[index].contentHash] = equal + [index]
        }
    }

    // MARK: - Common voxels

    private func overlaps() -> [ImportFinding] {
        var found: [String] = []
        var file: String?
        var union = BitVolume(shape)
        for index in labels.indices {
            guard let mask = decoded(index) else { continue }
            if mask.foreground.sharedCount(union) > 0 {
                for other in 0..<index {
                    guard let shared = shared(index, mask.foreground, other) else { continue }
                    found.append("\(labels[index].organ) \(shared) voxels with \(labels[other].organ)")
                    file = file ?? labels[index].file.file.path
                }
            }
            union.formUnion(mask.foreground)
        }
        guard let file else { return [] }
        return [ImportFinding(sharing: found, file: file)]
    }

    /// The number of common voxels where they contradict that the two exclude each other.
    private func shared(_ index: Int, _ mask: BitVolume, _ other: Int) -> Int? {
        guard masks[index].box.meets(masks[other].box),
            ontology.pairing(labels[index].organ, labels[other].organ) == .exclusive,
            let known = decoded(other)
        else { return nil }
        let shared = mask.sharedCount(known.foreground)
        return Ontology.isContradiction(shared: shared, masks[index].voxels, masks[other].voxels) ? shared : nil
    }

    // MARK: - Parts and wholes

    private func outside() -> [ImportFinding] {
        labels.indices.flatMap { part in
            labels.indices.compactMap { whole in
                ontology.isInside(labels[part].organ, labels[whole].organ) && isOutside(part, whole)
                    ? ImportFinding(
                        labels[part].organ, outside: labels[whole].organ, file: labels[part].file.file.path) : nil
            }
        }
    }

    private func isOutside(_ part: Int, _ whole: Int) -> Bool {
        let isKnown = labels[whole].extent == nil && masks[whole].knownVoxels == nil
        if isKnown && !masks[part].box.meets(masks[whole].box) { return true }
        guard let one = decoded(part), let other = decoded(whole), one.foreground.sharedCount(other.foreground) == 0
        else { return false }
        let region = KnownRegion(shape, extent: labels[whole].extent, known: other.known)
        return region.restrict(one.foreground).population == masks[part].voxels
    }

    private static func wholes(_ labels: [InspectedLabel], _ ontology: Ontology) -> [ImportFinding] {
        let byOrgan = Dictionary(labels.map { ($0.organ, $0) }, uniquingKeysWith: { first, _ in first })
        return ontology.wholesWithoutDivisions(
            hasVoxels: { byOrgan[$0]?.region != nil }, isAbsent: { byOrgan[$0]?.status == .absent }
        ).compactMap { whole, divisions in
            byOrgan[whole].map { ImportFinding(whole, without: divisions, file: $0.file.file.path) }
        }
    }

    /// Nil is not to be expected: the mask was encoded by this program.
    private func decoded(_ index: Int) -> Mask? { try? MaskCodec.decode(masks[index].bytes, shape: shape) }
}

extension ImportFinding {
    /// Organs that exclude each other have common voxels.
    fileprivate init(sharing pairs: [String], file: String) {
        let further = pairs.count > 5 ? ", and \(pairs.count - 5) further pairs" : ""
        self.init(
            .conflict, file: file,
            problem: "organs that exclude each other share more than a twentieth of the smaller one: "
                + pairs.prefix(5).joined(separator: ", ") + further,
            remedy: "check the files in a viewer; all are recorded")
    }

    fileprivate init(_ part: OrganKey, outside whole: OrganKey, file: String) {
        self.init(
            .conflict, file: file, problem: "\(part) is wholly outside \(whole), of which it is a part or a lesion",
            remedy: "check both files in a viewer; both are recorded")
    }

    fileprivate init(_ whole: OrganKey, without divisions: [OrganKey], file: String) {
        let names = divisions.map(\.rawValue).joined(separator: " and ")
        self.init(
            .conflict, file: file, problem: "\(whole) has voxels, but \(names), of which it consists, are absent",
            remedy: "check the files in a viewer; all are recorded")
    }
}
