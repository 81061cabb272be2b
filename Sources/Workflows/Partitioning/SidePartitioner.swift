internal import Catalog
internal import Domain
internal import Imaging
internal import Numerics
internal import Objects
internal import System

/// Partitions composite annotations one after another: reads and checks a mask, stores the masks of its sides, records their
/// rows.
struct SidePartitioner {
    private let organ: PairedOrgan
    private let workspace: Workspace
    private let reason: String?
    private let isDryRun: Bool
    private let work = BlockingWork()
    private var store: (any ObjectStore)?
    /// Started with the first volume that is recorded: a partition without any leaves no activity.
    private var activity: ActivityID?

    init(organ: PairedOrgan, workspace: Workspace, reason: String?, isDryRun: Bool) {
        (self.organ, self.workspace, self.reason, self.isDryRun) = (organ, workspace, reason, isDryRun)
    }

    mutating func partition(_ candidate: PartitionCandidate) async throws -> PartitionedVolume {
        var volume = PartitionedVolume(candidate)
        if let outcome = candidate.outcomeWithoutMask {
            volume.outcome = outcome
            return volume
        }
        guard let location = candidate.mask else { preconditionFailure("an annotated organ has a mask") }
        let store = try await openedStore()
        let mask = try await MaskReader(store: store).read(location, shape: candidate.shape)
        let affine = candidate.affine
        switch await work.run({ Result { try SidePartition(mask.foreground, affine: affine) } }) {
        case .failure(let refusal): volume.outcome = .refused(.shape("\(refusal)"))
        case .success(let sides):
            volume.sides = PartitionedVolume.Sides(
                leftVoxels: sides.left.population, rightVoxels: sides.right.population, remnants: sides.remnants.parts)
            if !isDryRun { try await record(sides, known: mask.known, of: candidate, in: store, &volume) }
        }
        return volume
    }

    /// - Parameter known: the validity mask of the composite annotation, which holds for both sides.
    private mutating func record(
        _ sides: SidePartition, known: BitVolume?, of candidate: PartitionCandidate, in store: any ObjectStore,
        _ volume: inout PartitionedVolume
    ) async throws {
        let activity = try await startedActivity()
        let (work, masks) = (work, [organ.left: sides.left, organ.right: sides.right])
        let recorded = try await workspace.catalog.recordPartition(of: candidate, activity: activity) {
            let encoded = await work.run { masks.mapValues { MaskCodec.encode(foreground: $0, known: known) } }
            return try await store.putPack(of: encoded)
        }
        switch recorded {
        case .recorded: volume.activity = activity
        case .superseded: volume.outcome = .refused(.changedMeanwhile)
        }
    }

    private mutating func openedStore() async throws -> any ObjectStore {
        if let store { return store }
        let opened = try await workspace.objects()
        store = opened
        return opened
    }

    private mutating func startedActivity() async throws -> ActivityID {
        if let activity { return activity }
        let parameters: ActivityParameters = [
            "organ": .text(organ.key.rawValue), "into": .init(organ.sides.map(\.rawValue)),
            "neighbours": .integer(26), "largeShare": .number(SidePartition.largeShare),
            "remnantShare": .number(SidePartition.remnantShare), "leastRatio": .number(SidePartition.leastRatio),
            "leastDistance": .number(SidePartition.leastDistance), "ownSide": .number(SidePartition.ownSide),
            "middle": .list([.number(SidePartition.middle.lowerBound), .number(SidePartition.middle.upperBound)]),
            "reason": .init(reason),
        ]
        let started = try await workspace.catalog.startActivity(.partition, parameters: parameters.json)
        activity = started
        return started
    }
}

extension PartitionCandidate {
    /// The outcome where it does not depend on the mask's voxels; nil where it does.
    fileprivate var outcomeWithoutMask: PartitionedVolume.Outcome? {
        switch status {
        case .absent: return .skipped(.absent)
        case .unlabelled: return .refused(.labelNotCurrent)
        case .pseudo: return .skipped(.pseudo)
        case .annotated: break
        }
        if labelledSides.count == 2 { return .skipped(.sidesLabelled) }
        if let side = labelledSides.first { return .refused(.sideLabelled(side)) }
        if dividedSides == 2 { return .unchanged }
        if let liver, let spleen, affine.x(ofCentre: liver) <= affine.x(ofCentre: spleen) {
            return .refused(.mirrored)
        }
        return nil
    }
}

extension ObjectStore {
    /// Stores the masks of several organs as one object; each result is that of the same organ's mask.
    fileprivate func putPack(of masks: [OrganKey: EncodedMask]) async throws -> [OrganKey: StoredMask] {
        var packer = ObjectPacker()
        let packed = masks.sorted { $0.key.rawValue < $1.key.rawValue }.map { organ, mask in
            (organ: organ, mask: mask, entry: packer.append(mask.bytes))
        }
        let object = try await put(packer.finish())
        return packed.reduce(into: [:]) { stored, item in
            stored[item.organ] = StoredMask(item.mask, at: item.entry, in: object)
        }
    }
}

extension Affine {
    /// World x of a box's centre.
    fileprivate func x(ofCentre box: VoxelBox) -> Double {
        world(Vector3((0..<3).map { Double(box.lower[$0] + box.upper[$0] - 1) / 2 })).x
    }
}
