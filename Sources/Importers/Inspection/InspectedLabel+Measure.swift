internal import Domain
internal import Imaging

extension InspectedLabel {
    /// The organ's region in a label file; its measures follow from those of its values, and only the mask reads voxels.
    /// Nil where the file leaves the organ unknown everywhere.
    /// - Parameter crop: the canonical box within which the file is complete.
    init?(
        _ region: LabelMeaning.Region, volume: LabelVolume, file: FileChecksum, origin: LabelOrigin, crop: VoxelBox?
    ) {
        let present = volume.regions.filter { region.values.contains($0.value) }
        let hidden = region.unknown.filter { volume.region(of: $0) != nil }
        var known = hidden.isEmpty ? nil : Self.known(outside: hidden, in: volume)
        // A model's label has no extent of its own in the catalogue: where it says something is a plane of its mask.
        if origin == .model, let crop { known = Self.known(known, within: crop, of: volume.shape) }
        if let known, known.isEmpty { return nil }
        let isAbsent = present.isEmpty && known == nil && origin != .model
        let status: LabelStatus = origin == .model ? .pseudo : isAbsent ? .absent : .annotated
        self.init(
            organ: region.organ, status: status, origin: origin, file: file, values: region.values,
            region: present.isEmpty ? nil : Region(present),
            mask: isAbsent ? nil : MaskCodec.encode(values: Set(region.values), in: volume, known: known),
            extent: origin == .model ? nil : Self.extent(known, crop))
    }

    private static func known(_ known: BitVolume?, within crop: VoxelBox, of shape: GridShape) -> BitVolume {
        var inside = BitVolume(shape)
        for z in crop.lower.z..<max(crop.lower.z, crop.upper.z) {
            for y in crop.lower.y..<max(crop.lower.y, crop.upper.y) {
                for x in crop.lower.x..<max(crop.lower.x, crop.upper.x) { inside[x, y, z] = true }
            }
        }
        if let known { inside.formIntersection(known) }
        return inside
    }

    /// Voxels at which the file says something: all but those of the hidden values.
    private static func known(outside hidden: Set<Int>, in volume: LabelVolume) -> BitVolume {
        var known = BitVolume(volume.shape, repeating: true)
        known.subtract(volume.mask(of: hidden))
        return known
    }

    /// The smallest box that holds all that is known.
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
