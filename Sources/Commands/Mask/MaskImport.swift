internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Objects
internal import Postgres
internal import System
internal import Workflows

struct MaskImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take a person's mask of an organ as its new version.",
        discussion: """
            The file lies on the grid of the volume's first source, or of the one named with --source, in any axis order; \
            it is never resampled. The organ is every voxel other than 0, or those of --value. What was said before is \
            kept; lacuna label restore takes this back.

            Where the label that counted before is partial, so is the new one: known is what was known, and each voxel that \
            the file adds to the organ or takes from it. --ignore names the value of voxels of which nothing is known; \
            then all others are known. --complete says that the person looked at the whole volume.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key or another spelling.")
    var organ: String

    @Argument(help: "Read this file, .nii or .nii.gz.")
    var file: String

    @Option(help: "Say who stands behind it: expert, assisted or reviewed.")
    var origin = "expert"

    @Option(help: "Name the rater; of each rater the newest word counts. No patient data.")
    var rater = ""

    @Option(help: "Take the voxels of this value; say it again for more.")
    var value: [Int] = []

    @Option(help: "The file lies on the grid of the volume's source in this dataset.")
    var source: String?

    @Option(
        help: "Nothing is known of the voxels of this value, as mask export --unknown writes it; say it again for more."
    )
    var ignore: [Int] = []

    @Flag(help: "The file has no such voxel because the organ is nowhere in the volume, or in what --ignore leaves.")
    var absent = false

    @Flag(help: "Somebody looked at the whole volume, also where the label before is unknown.")
    var complete = false

    func validate() throws {
        if [LabelCatalog.partitionRater, MaskConsensus.rater].contains(rater) {
            throw ValidationError("--rater \(rater) is what computed masks go by; choose another name.")
        }
        if complete && !ignore.isEmpty { throw ValidationError("--complete leaves nothing to --ignore.") }
        if ignore.contains(0) || !Set(ignore).isDisjoint(with: value) {
            throw ValidationError("--ignore names values other than 0 and those of --value.")
        }
        guard let origin = LabelOrigin(rawValue: origin), origin != .model else {
            throw ValidationError("--origin is expert, assisted or reviewed.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.volume(named: volume)
            let organ = try await session.catalog.organ(named: organ)
            let source = try MaskExportSource.choose(volume, dataset: source)
            let found = try await BlockingWork().run { [file, value, ignore, absent] in
                try PersonalMaskFile(file, values: Set(value), ignored: Set(ignore), isAbsent: absent)
                    .read(on: source, of: volume)
            }
            if absent && found.unknown == nil { try await session.requireNoParts(of: organ, in: volume.id) }
            var warnings: [String] = []
            if let voxels = found.displacement {
                let name = "\(source.dataset)/\(source.caseName)"
                warnings.append("the file lies \(Decimal.fixed(voxels, places: 2)) voxels off \(name)")
            }
            let recorded = try await record(found, organ, of: volume, session)
            let conflicts = try await LabelConflicts(session: session, volume: volume)
            warnings += try await conflicts.warnings(
                organ, recorded.content == nil ? nil : found.foreground, isPartial: recorded.content?.extent != nil)
            try await session.catalog.compactCoverage()
            let extent = KnownExtent(recorded.content, shape: volume.shape)
            session.output.report([
                Cell.Field("volume", volume.id.rawValue), Cell.Field("organ", organ.rawValue),
                Cell.Field("status", recorded.content == nil ? "absent" : "annotated"),
                Cell.Field("mask", recorded.mask?.rawValue),
                Cell.Field("voxels", recorded.content?.mask.voxels ?? 0), Cell.Field("partial", extent.isPartial),
                Cell.Field("knownVoxels", extent.voxels), Cell.Field("changed", recorded.isNew),
                Cell.Field("current", recorded.isCurrent), Cell.Field("warnings", warnings),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
            for warning in warnings { session.output.warn(warning) }
            if extent.isPartial {
                session.output.note(
                    "The label is partial: known are \(extent.voxels) of \(volume.shape.count) voxels. "
                        + "Add --complete if somebody looked everywhere.")
            }
            if !recorded.isCurrent {
                session.output.note(
                    "Another annotation outranks it: lacuna mask compare \(volume.id) \(organ) shows both, "
                        + "lacuna mask policy show says why.")
            }
        }
    }

    private func record(
        _ found: PersonalMaskFile.Found, _ organ: OrganKey, of volume: VolumeRow, _ session: Session
    ) async throws -> RecordedAnnotation {
        let store = try await session.objectStore()
        let reader = BlockingMaskReader(store: store)
        let word = PersonalAnnotation(
            volume: volume.id, organ: organ, rater: rater, origin: LabelOrigin(rawValue: origin) ?? .expert)
        let parameters = JSONRenderer.render(
            .object([
                Cell.Field("reason", why.reason), Cell.Field("sha256", found.digest.description),
                Cell.Field("complete", complete),
            ]))
        return try await session.catalog.record(word, kind: .correction, parameters: JSONText(parameters)) { label in
            if absent && found.unknown == nil { return nil }
            var before: KnownMask?
            // Not where it says nothing: a mask whose bytes are lost can be replaced.
            if let label, !complete, found.unknown == nil {
                before = try await reader.read(label.mask, label.limits, shape: volume.shape)
            }
            let known = before
            let mask = try await BlockingWork().run { found.mask(after: known) }
            return try await AnnotationContent.put(mask, in: store)
        }
    }
}

/// Over how many voxels a person's label is known.
struct KnownExtent {
    let isPartial: Bool
    let voxels: Int

    /// - Parameter content: nil for an absence, which is known everywhere.
    init(_ content: AnnotationContent?, shape: GridShape) {
        isPartial = content?.extent != nil
        voxels = content?.mask.knownVoxels ?? content?.extent?.shape.count ?? shape.count
    }
}

extension AnnotationContent {
    /// Makes one mask durable in an object of its own.
    static func put(_ mask: KnownMask, in store: ObjectFolder) async throws -> AnnotationContent {
        try await BlockingWork().run {
            let encoded = mask.encoded()
            var packer = ObjectPacker()
            let entry = packer.append(encoded.bytes)
            let object = try store.put(packer.finish())
            let stored = StoredMask(
                content: encoded.contentHash, object: object.digest, objectBytes: object.size, offset: entry.offset,
                length: entry.length, voxels: encoded.voxels, knownVoxels: encoded.knownVoxels, box: encoded.box)
            return AnnotationContent(mask: stored, extent: mask.extent)
        }
    }
}
