import Domain

/// The differences of a case's labels from those that its release, or an annotator of it, had before.
struct LabelChanges {
    /// The earlier labels by organ.
    let earlier: [OrganKey: ReleaseAnnotation]
    /// Labels that differ from the earlier one of their organ, or have none.
    let new: [LabelRecord]
    /// Earlier labels of organs that the files no longer contain.
    let missing: [ReleaseAnnotation]

    /// - Parameters:
    ///   - paths: the label files that were read; an earlier label that was read from another file too is not missing.
    ///   - released: organs whose held labels are written again as ordinary ones.
    init(
        from known: [ReleaseAnnotation], to labels: [LabelRecord], readFrom paths: Set<String>,
        released: Set<OrganKey> = []
    ) {
        let earlier = Dictionary(known.map { ($0.organ, $0) }, uniquingKeysWith: { _, last in last })
        let named = Set(labels.map(\.organ))
        self.earlier = earlier
        new = labels.filter { label in
            earlier[label.organ].map { !$0.matches(label) || $0.isHeld && released.contains(label.organ) } ?? true
        }
        missing = known.filter { label in
            label.isCurrent && !named.contains(label.organ) && !label.files.isEmpty
                && label.files.allSatisfy(paths.contains)
        }
    }

    /// The mask of a held label that is written again unchanged; nil for any other label.
    func maskKept(by label: LabelRecord) -> MaskID? {
        earlier[label.organ].flatMap { $0.isHeld && $0.matches(label) ? $0.mask : nil }
    }

    var isEmpty: Bool { new.isEmpty && missing.isEmpty }

    /// The annotations to write. An earlier annotation of a new model-made label is retracted: it would hide the label.
    var annotations: [LabelRecord] {
        let hiding = replaced(by: new.filter { $0.status == .pseudo }).filter(\.isAnnotation)
        return new.filter { $0.status != .pseudo } + (hiding + missing.filter(\.isAnnotation)).map(\.retraction)
    }

    /// The model-made labels to write. That of a new annotation is retracted: it would appear when the annotation is retracted.
    var shippedLabels: [LabelRecord] {
        let hidden = replaced(by: new.filter { $0.status != .pseudo }).filter { !$0.isAnnotation }
        return new.filter { $0.status == .pseudo } + (hidden + missing.filter { !$0.isAnnotation }).map(\.retraction)
    }

    private func replaced(by labels: [LabelRecord]) -> [ReleaseAnnotation] {
        labels.compactMap { earlier[$0.organ] }.filter(\.isCurrent)
    }
}

/// The newest label of an organ by a case of a release, or by an annotator of it.
struct ReleaseAnnotation {
    let organ: OrganKey
    let status: LabelStatus
    let origin: LabelOrigin
    let content: Digest?
    let mask: MaskID?
    let annotation: Int64?
    let extent: VoxelBox?
    /// Whether it is held for a decision; false for an annotator's.
    let isHeld: Bool
    /// The label files that it was read from, relative to the release's root.
    let files: [String]

    func matches(_ label: LabelRecord) -> Bool {
        status == label.status && origin == label.origin && content == label.mask?.content
            && extent == label.extent
    }

    /// Whether it is not retracted.
    var isCurrent: Bool { status != .unlabelled }
    /// Whether it is an annotation and not a model-made label.
    var isAnnotation: Bool { annotation != nil }

    var retraction: LabelRecord {
        LabelRecord(organ: organ, status: .unlabelled, origin: origin, mask: nil, file: nil)
    }
}
