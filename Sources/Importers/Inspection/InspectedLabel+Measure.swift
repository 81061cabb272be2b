internal import Domain
internal import Imaging

extension InspectedLabel {
    /// Measures the organ's region in a label file from the measures of its values; only the mask reads voxels.
    /// Nil where the organ is unknown everywhere in the file.
    /// - Parameter crop: the canonical box within which the file is complete.
    init?(
        _ region: LabelMeaning.Region, volume: LabelVolume, file: FileChecksum, origin: LabelOrigin, crop: VoxelBox?
    ) {
        let present = volume.regions.filter { region.values.contains($0.value) }
        let hidden = region.unknown.filter { volume.region(of: $0) != nil }
        var known = hidden.isEmpty ? nil : Self.validity(outside: hidden, in: volume)
        // A pseudo label has no extent in the catalogue; its crop becomes part of the validity mask.
        if origin == .model, let crop { known = Self.validity(known, within: crop, of: volume.shape) }
        if let known, known.isEmpty { return nil }
        let isAbsent = present.isEmpty && known == nil && origin != .model
        let status: LabelStatus = origin == .model ? .pseudo : isAbsent ? .absent : .annotated
        self.init(
            organ: region.organ, status: status, origin: origin, file: file, values: region.values,
            region: present.isEmpty ? nil : Region(present),
            mask: isAbsent ? nil : MaskCodec.encode(values: Set(region.values), in: volume, known: known),
            extent: origin == .model ? nil : Self.extent(known, crop))
    }

    private static func validity(_ known: BitVolume?, within crop: VoxelBox, of shape: GridShape) -> BitVolume {
        var inside = BitVolume(shape, filling: crop)
        if let known { inside.formIntersection(known) }
        return inside
    }

    /// All voxels except those with a value that leaves the organ unknown.
    private static func validity(outside hidden: Set<Int>, in volume: LabelVolume) -> BitVolume {
        var known = BitVolume(volume.shape, repeating: true)
        known.subtract(volume.mask(of: hidden))
        return known
    }

    /// The smallest box around the known voxels within the crop.
    private static func extent(_ known: BitVolume?, _ crop: VoxelBox?) -> VoxelBox? {
        guard let known else { return crop }
        return crop.map(known.boundingBox.intersection) ?? known.boundingBox
    }
}

extension InspectedLabel.Region {
    /// - Precondition: at least one value.
    fileprivate init(_ parts: [LabelRegion]) {
        let voxels = parts.reduce(0) { $0 + $1.voxels }
        let moment = parts.reduce(Vector3<Double>.zero) { $0 + $1.centroid * Double($1.voxels) }
        let centre = parts.reduce(Vector3<Double>.zero) { $0 + $1.centre * Double($1.voxels) }
        let box = VoxelBox(
            lower: parts.dropFirst().reduce(parts[0].box.lower) { $0.lowered(to: $1.box.lower) },
            upper: parts.dropFirst().reduce(parts[0].box.upper) { $0.raised(to: $1.box.upper) })
        self.init(
            voxels: voxels, millilitres: parts.reduce(0) { $0 + $1.millilitres }, box: box,
            centroid: moment / Double(voxels), centre: centre / Double(voxels))
    }
}
