internal import Domain
internal import Imaging

extension InspectedLabel {
    /// The organ's region in a label file; its measures follow from those of its values, and only the mask reads voxels.
    init(_ region: LabelMeaning.Region, volume: LabelVolume, file: FileFingerprint, origin: LabelOrigin) {
        let present = volume.regions.filter { region.values.contains($0.value) }
        let status = Self.status(isEmpty: present.isEmpty, origin)
        self.init(
            organ: region.organ, status: status, origin: origin, file: file, values: region.values,
            region: present.isEmpty ? nil : Region(present),
            mask: status == .absent ? nil : MaskCodec.encode(values: Set(region.values), in: volume))
    }

    /// What a model did not find is not known to be absent.
    private static func status(isEmpty: Bool, _ origin: LabelOrigin) -> LabelStatus {
        if origin == .model { return .pseudo }
        return isEmpty ? .absent : .annotated
    }
}

extension InspectedLabel.Region {
    /// - Precondition: at least one value.
    fileprivate init(_ parts: [LabelRegion]) {
        let voxels = parts.reduce(0) { $0 + $1.voxels }
        let moment = parts.reduce(Vector3<Double>.zero) { $0 + $1.centroid * Double($1.voxels) }
        let box = VoxelBox(
            lower: parts.dropFirst().reduce(parts[0].box.lower) { $0.lowered(to: $1.box.lower) },
            upper: parts.dropFirst().reduce(parts[0].box.upper) { $0.raised(to: $1.box.upper) })
        self.init(
            voxels: voxels, millilitres: parts.reduce(0) { $0 + $1.millilitres }, box: box,
            centroid: moment / Double(voxels))
    }
}
