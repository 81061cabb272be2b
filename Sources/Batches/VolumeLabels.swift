public import Domain

/// The labels of one volume on the grid of training.
public struct VolumeLabels: Sendable {
    let volume: VolumeID
    public let shape: GridShape
    /// One per organ of the plan, in its order.
    public let labels: [OrganLabel]
    /// Composite labels of organs of the plan.
    public let composites: [CompositeLabel]

    public init(_ volume: VolumeID, _ shape: GridShape, labels: [OrganLabel], composites: [CompositeLabel] = []) {
        (self.volume, self.shape, self.labels, self.composites) = (volume, shape, labels, composites)
    }

    /// Checks that the labels fit `organCount` organs and the grid.
    /// - Throws: `BatchError.unfittingCase`.
    func validate(organCount: Int) throws {
        func fail(_ problem: String) -> BatchError { .unfittingCase(volume: volume.description, problem: problem) }
        guard labels.count == organCount else { throw fail("\(labels.count) labels for \(organCount) organs") }
        let masks = labels.flatMap(\.planes) + composites.flatMap { [$0.foreground, $0.known].compactMap { $0 } }
        guard masks.allSatisfy({ $0.shape == shape }) else { throw fail("a mask has another shape than the image") }
        guard composites.allSatisfy({ $0.parts.allSatisfy { (0..<organCount).contains($0) } && !$0.parts.isEmpty })
        else {
            throw fail("a composite label names an organ outside the plan")
        }
    }

    /// The states of its voxels by the rule of known voxels.
    func states(_ rule: KnownVoxelRule, _ compositeSets: [[Int]]) -> VoxelStates {
        var planes = LabelPlanes(shape)
        let organs = labels.map { planes.add($0) }
        let used = composites.filter { compositeSets.contains($0.parts) }
        let wholes = used.map { planes.add($0) }
        let channels = rule.organCount + compositeSets.count
        return StateEncoder.encode(shape, channels: channels, VoxelEvidence(planes: planes.planes)) { slice in
            rule.states(
                of: organs.map { $0.label(in: slice) },
                composites: zip(used, wholes).compactMap { $1.composite(of: $0.parts, in: slice) },
                compositeSets: compositeSets, shape: slice.shape)
        }
    }

    /// Extents of complete and composite labels, and the whole volume for a pseudo label with an accepted voxel.
    var knownRegions: [VoxelBox] {
        let whole = VoxelBox(shape)
        let regions: [VoxelBox?] = labels.map { label in
            switch label {
            case .known(_, let extent, let known):
                known?.isEmpty == true ? nil : extent.map(whole.intersection) ?? whole
            case .pseudo(_, let known): known?.isEmpty == true ? nil : whole
            case .unknown: nil
            }
        }
        return (regions.compactMap { $0 } + composites.map { $0.extent.map(whole.intersection) ?? whole })
            .filter { !$0.isEmpty }
    }
}

extension OrganLabel {
    /// Its masks: foreground and validity mask.
    var planes: [BitVolume] {
        switch self {
        case .known(let foreground, _, let known): [foreground, known].compactMap { $0 }
        case .pseudo(let foreground, let known): [foreground, known].compactMap { $0 }
        case .unknown: []
        }
    }

    /// The accepted voxels of the organ; nil without a mask.
    var acceptedForeground: BitVolume? {
        switch self {
        case .known(let foreground, _, let known):
            guard var foreground, let known else { return foreground }
            foreground.formIntersection(known)
            return foreground
        case .pseudo(var foreground, let known):
            if let known { foreground.formIntersection(known) }
            return foreground
        case .unknown: return nil
        }
    }
}

extension KnownVoxelRule {
    /// The states of a whole volume: [organ, then composite label][voxel].
    fileprivate func states(
        of labels: [OrganLabel], composites: [CompositeLabel], compositeSets: [[Int]], shape: GridShape
    ) -> [UInt8] {
        let (organs, channels) = (organCount * shape.count, organCount + compositeSets.count)
        return Array(unsafeUninitializedCapacity: channels * shape.count) { states, count in
            count = channels * shape.count
            let all = UnsafeMutableBufferPointer(rebasing: states[..<count])
            all.initialize(repeating: VoxelKnowledge.unknown)
            fill(
                UnsafeMutableBufferPointer(rebasing: all[..<organs]),
                compositePlanes: UnsafeMutableBufferPointer(rebasing: all[organs...]), compositeSets: compositeSets,
                labels: labels, composites: composites, shape: shape, box: VoxelBox(shape))
        }
    }
}
