internal import CBatches
internal import Domain
internal import Plans

/// What a row of a batch is made of.
package struct PatchRecipe: Sendable {
    package let origin: PatchOrigin
    /// Of the normalised image.
    package let scale, offset: Float
    package let augmentation: PatchAugmentation
}

/// Writes patches of volumes into the rows of a batch.
struct PatchPainter: Sendable {
    private let kernel: PatchKernel
    private let organs: Int
    private let compositeSets: [[Int]]
    private let mirror: ChannelMirror
    /// Voxels along x, y, z: of the states, and of the image, where the slices of a 2-D network count as z.
    private let patch, image: Vector3<Int>
    private let isFlat: Bool

    init(_ settings: LearningSettings, organs: Int, compositeSets: [[Int]], mirror: ChannelMirror) {
        kernel = PatchKernel(settings)
        (self.organs, self.compositeSets, self.mirror) = (organs, compositeSets, mirror)
        patch = settings.patchSize
        isFlat = settings.dimensions == 2
        image = isFlat ? Vector3(patch.x, patch.y, settings.contextSlices) : patch
    }

    func paint(
        _ target: BatchMemory.Planes, _ volume: TrainingVolume, _ recipe: PatchRecipe, _ scratch: PatchScratch
    ) {
        if let warp = recipe.augmentation.warp {
            paint(target, volume, recipe, warp, scratch)
        } else {
            kernel.fill(
                target.image, from: volume.image, box: recipe.origin.box, scale: recipe.scale, offset: recipe.offset)
            for (out, channels) in planes(target) {
                volume.labels.states.fill(out, channels: channels, box: recipe.origin.box)
            }
        }
        recipe.augmentation.changeValues(target.image, size: patch, scratch)
        flip(target, recipe.augmentation.flips)
    }

    /// The planes of organs and of composite labels, with their channels.
    private func planes(
        _ target: BatchMemory.Planes
    ) -> [(UnsafeMutableBufferPointer<UInt8>, Range<Int>)] {
        [(target.states, 0..<organs), (target.composite, organs..<organs + compositeSets.count)]
    }

    // MARK: - Warp

    private func paint(
        _ target: BatchMemory.Planes, _ volume: TrainingVolume, _ recipe: PatchRecipe, _ warp: PatchWarp,
        _ scratch: PatchScratch
    ) {
        let places = WarpedPlaces(warp, recipe.origin.box, isFlat: isFlat)
        let source = places.source(in: volume.shape)
        let depth = isFlat ? image.z : source.size.z
        let values = scratch.values("image", source.size.x * source.size.y * depth, of: Float.self)
        kernel.fill(values, from: volume.image, box: source, scale: recipe.scale, offset: recipe.offset)
        var corner = source.lower
        if isFlat { corner.z = recipe.origin.box.lower.z }
        places.withWarp(from: corner) { warp in
            cb_warp_values(
                values.baseAddress!, cb_size(source.size.x, source.size.y, depth), warp, target.image.baseAddress!,
                cb_size(image))
        }
        places.withWarp(from: .zero) { warp in
            for (out, channels) in planes(target) {
                volume.labels.states.fill(out, channels: channels, warp: warp, size: patch, scratch)
            }
        }
    }

    // MARK: - Flips

    private func flip(_ target: BatchMemory.Planes, _ flips: [Bool]) {
        for axis in 0..<3 where flips[axis] {
            cb_flip(target.image.baseAddress!, 4, cb_size(image), Int32(axis))
            for (out, channels) in planes(target) where !channels.isEmpty {
                for channel in channels.indices {
                    let plane = out.baseAddress! + (channel - channels.lowerBound) * patch.x * patch.y * patch.z
                    cb_flip(plane, 1, cb_size(patch), Int32(axis))
                }
            }
        }
        if flips[0] { mirror.apply(to: target.states, target.composite, compositeSets: compositeSets) }
    }

    /// Replaces a box of a patch, from its lower corner on, by that of another one.
    func paste(_ source: BatchMemory.Planes, into target: BatchMemory.Planes, box: VoxelBox) {
        let (lower, upper) = (cb_size(box.lower), cb_size(box.upper))
        if isFlat {
            let whole = cb_size(box.upper.x, box.upper.y, image.z)
            cb_paste(source.image.baseAddress!, target.image.baseAddress!, 4, cb_size(image), lower, whole)
        } else {
            cb_paste(source.image.baseAddress!, target.image.baseAddress!, 4, cb_size(image), lower, upper)
        }
        for ((from, channels), (to, _)) in zip(planes(source), planes(target)) where !channels.isEmpty {
            let voxels = patch.x * patch.y * patch.z
            for channel in 0..<channels.count {
                cb_paste(
                    from.baseAddress! + channel * voxels, to.baseAddress! + channel * voxels, 1, cb_size(patch), lower,
                    upper)
            }
        }
    }

    /// The memory of a patch beside those of the batch.
    func otherPatch(in scratch: PatchScratch) -> BatchMemory.Planes {
        let voxels = patch.x * patch.y * patch.z
        return BatchMemory.Planes(
            image: scratch.values("other image", image.x * image.y * image.z, of: Float.self),
            states: scratch.values("other states", organs * voxels, of: UInt8.self),
            composite: scratch.values("other composite", compositeSets.count * voxels, of: UInt8.self))
    }
}

extension cb_size {
    init(_ size: Vector3<Int>) { self.init(x: Int64(size.x), y: Int64(size.y), z: Int64(size.z)) }

    init(_ x: Int, _ y: Int, _ z: Int) { self.init(x: Int64(x), y: Int64(y), z: Int64(z)) }
}
