internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Numerics
internal import Objects
internal import Postgres
internal import System

/// Splits merged annotations one after another: read, check, store bytes, record rows.
struct OrganSplitter {
    let organ: PairedOrgan
    let catalog: LabelCatalog
    let openStore: () async throws -> ObjectFolder
    let reason: String?
    let isDryRun: Bool
    private let work = BlockingWork()
    private var store: ObjectFolder?
    /// Made with the first volume that is recorded, so that a split without any leaves no trace.
    private var activity: ActivityID?

    init(
        organ: PairedOrgan, catalog: LabelCatalog, openStore: @escaping () async throws -> ObjectFolder,
        reason: String?, isDryRun: Bool
    ) {
        (self.organ, self.catalog, self.openStore) = (organ, catalog, openStore)
        (self.reason, self.isDryRun) = (reason, isDryRun)
    }

    mutating func split(_ candidate: PartitionCandidate) async throws -> SplitRow {
        var row = SplitRow(candidate)
        if let told = told(candidate) {
            (row.outcome, row.reason) = told
            return row
        }
        guard let location = candidate.mask else { preconditionFailure("an annotated organ has a mask") }
        let store = try await openedStore()
        let mask = try await BlockingMaskReader(store: store).read(location, shape: candidate.shape)
        let affine = candidate.affine
        let found = try await work.run { Result { try SidePartition(mask.foreground, affine: affine) } }
        switch found {
        case .failure(let refusal):
            row.refuse("\(refusal)", candidate)
        case .success(let sides):
            row.take(sides, candidate)
            if !isDryRun { try await record(sides, mask.known, candidate, store, &row) }
        }
        return row
    }

    /// What is decided without looking at the mask.
    private func told(_ candidate: PartitionCandidate) -> (SplitRow.Outcome, String?)? {
        let known = candidate.labelledSides
        switch candidate.status {
        case .absent: return (.nothing, "absent as a whole")
        case .unlabelled:
            return (
                .refused,
                "its label counts no more and its sides still do: lacuna label set \(candidate.volume) SIDE unlabelled"
            )
        case .pseudo: return (.nothing, "a release ships it as a model's: only annotations are split")
        case .annotated: break
        }
        if known.count == 2 { return (.nothing, "both sides are labelled by another source") }
        if let side = known.first {
            return (.refused, "\(side) is labelled by another source: lacuna mask history \(candidate.volume) \(side)")
        }
        if candidate.dividedSides == 2 { return (.unchanged, nil) }
        if let liver = candidate.liver, let spleen = candidate.spleen,
            candidate.affine.x(ofCentre: liver) <= candidate.affine.x(ofCentre: spleen)
        {
            return (.refused, "the liver lies left of the spleen: the geometry may be mirrored")
        }
        return nil
    }

    private mutating func record(
        _ sides: SidePartition, _ known: BitVolume?, _ candidate: PartitionCandidate, _ store: ObjectFolder,
        _ row: inout SplitRow
    ) async throws {
        let activity = try await startedActivity()
        let work = work
        let recorded = try await catalog.recordPartition(of: candidate, into: organ.keys, activity: activity) {
            try await work.run {
                let masks = [sides.left, sides.right].map { MaskCodec.encode(foreground: $0, known: known) }
                return try StoredMask.putTogether(masks, in: store)
            }
        }
        switch recorded {
        case .recorded: row.activity = activity
        case .superseded: row.refuse("the label changed meanwhile; run the command again", candidate)
        }
    }

    private mutating func openedStore() async throws -> ObjectFolder {
        if let store { return store }
        let opened = try await openStore()
        store = opened
        return opened
    }

    private mutating func startedActivity() async throws -> ActivityID {
        if let activity { return activity }
        let parameters = JSONRenderer.render(
            .object([
                Cell.Field("organ", organ.key.rawValue), Cell.Field("into", organ.keys.map(\.rawValue)),
                Cell.Field("neighbours", 26), Cell.Field("largeShare", SidePartition.largeShare),
                Cell.Field("remnantShare", SidePartition.remnantShare),
                Cell.Field("leastRatio", SidePartition.leastRatio),
                Cell.Field("leastDistance", SidePartition.leastDistance), Cell.Field("ownSide", SidePartition.ownSide),
                Cell.Field("middle", [SidePartition.middle.lowerBound, SidePartition.middle.upperBound]),
                Cell.Field("reason", reason),
            ]))
        let started = try await catalog.startActivity(.partition, parameters: JSONText(parameters))
        activity = started
        return started
    }
}

/// What came of one volume.
struct SplitRow: Sendable {
    enum Outcome: String, Sendable, CaseIterable {
        case split, unchanged, nothing, refused

        func words(isDryRun: Bool) -> String {
            switch self {
            case .split: isDryRun ? "would be split" : "split"
            case .unchanged: "split before"
            case .nothing: "with nothing to split"
            case .refused: "refused and left as before"
            }
        }
    }

    let volume: VolumeID
    let caseName: String
    var outcome = Outcome.split
    var reason: String?
    private(set) var left: Int?
    private(set) var right: Int?
    private(set) var remnants: Int?
    private(set) var voxelMillilitres = 0.0
    var activity: ActivityID?

    init(_ candidate: PartitionCandidate) {
        (volume, caseName) = (candidate.volume, candidate.caseName)
        voxelMillilitres = abs(candidate.affine.determinant) / 1000
    }

    mutating func take(_ sides: SidePartition, _ candidate: PartitionCandidate) {
        (left, right, remnants) = (sides.left.population, sides.right.population, sides.remnants.parts)
    }

    mutating func refuse(_ problem: String, _ candidate: PartitionCandidate) {
        outcome = .refused
        reason = candidate.outdatedSides > 0 ? problem + "; what was split of the label before still stands" : problem
    }

    static var columns: [Column<SplitRow>] {
        func millilitres(_ voxels: Int?, _ row: SplitRow) -> Cell? {
            voxels.map { .number(Double($0) * row.voxelMillilitres, places: 1) }
        }
        return [
            Column("volume") { $0.volume.rawValue },
            Column("case") { $0.caseName },
            Column("outcome") { $0.outcome.rawValue },
            Column("leftVoxels", isShown: false) { $0.left },
            Column("rightVoxels", isShown: false) { $0.right },
            Column("left", title: "left ml") { millilitres($0.left, $0) },
            Column("right", title: "right ml") { millilitres($0.right, $0) },
            Column("remnants") { $0.remnants },
            Column("activity") { $0.activity?.rawValue },
            Column("reason") { $0.reason },
        ]
    }
}

extension StoredMask {
    /// Makes masks durable in one object. Blocks.
    fileprivate static func putTogether(_ masks: [EncodedMask], in store: ObjectFolder) throws -> [StoredMask] {
        var packer = ObjectPacker()
        let entries = masks.map { packer.append($0.bytes) }
        let object = try store.put(packer.finish())
        return zip(masks, entries).map { mask, entry in
            StoredMask(
                content: mask.contentHash, object: object.digest, objectBytes: object.size, offset: entry.offset,
                length: entry.length, voxels: mask.voxels, knownVoxels: mask.knownVoxels, box: mask.box)
        }
    }
}

extension Affine {
    /// World x of a box's centre.
    fileprivate func x(ofCentre box: VoxelBox) -> Double {
        world(Vector3((0..<3).map { Double(box.lower[$0] + box.upper[$0] - 1) / 2 })).x
    }
}
