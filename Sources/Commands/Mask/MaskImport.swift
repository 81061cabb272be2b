internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import ObjectStore
internal import Postgres

struct MaskImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take a person's mask of an organ as its new version.",
        discussion: """
            The file lies on the grid of the volume's first source, or of the one named with --source, in any axis order;
            it is never resampled. The organ is every voxel other than 0, or those of --value. What was said before is
            kept; lacuna label restore takes this back.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Name the volume by its id, by DATASET/CASE or by its file.")
    var volume: String

    @Argument(help: "Name the organ by its key.")
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

    @Flag(help: "The file has no such voxel because the organ is not there.")
    var absent = false

    func validate() throws {
        if [Catalog.partitionRater, MaskConsensus.rater].contains(rater) {
            throw ValidationError("--rater \(rater) is what computed masks go by; choose another name.")
        }
        guard let origin = LabelOrigin(rawValue: origin), origin != .model else {
            throw ValidationError("--origin is expert, assisted or reviewed.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let volume = try await session.catalog.volume(named: volume)
            let source = try MaskExportSource.choose(volume, dataset: source)
            let found = try await BlockingWork().run { [file, value, absent] in
                try PersonalMaskFile(file, values: Set(value), isAbsent: absent).read(on: source, of: volume)
            }
            if found.mask == nil { try await session.requireNoParts(of: OrganKey(rawValue: organ), in: volume.id) }
            let store = try await session.objectStore()
            let word = PersonalWord(
                volume: volume.id, organ: OrganKey(rawValue: organ), rater: rater,
                origin: LabelOrigin(rawValue: origin) ?? .expert)
            let parameters = JSONRenderer.render(
                .object([Cell.Field("reason", why.reason), Cell.Field("sha256", found.digest.description)]))
            let recorded = try await session.catalog.record(
                word, kind: .correction, parameters: JSONText(parameters)
            ) {
                guard let mask = found.mask else { return nil }
                return try await StoredMask.put(mask, in: store)
            }
            try await session.catalog.compactCoverage()
            session.output.report([
                Cell.Field("volume", volume.id.rawValue), Cell.Field("organ", organ),
                Cell.Field("status", found.mask == nil ? "absent" : "annotated"),
                Cell.Field("mask", recorded.mask?.rawValue), Cell.Field("voxels", found.mask?.voxels ?? 0),
                Cell.Field("changed", recorded.isNew), Cell.Field("current", recorded.isCurrent),
                Cell.Field("revision", try await session.catalog.currentRevision().number),
            ])
            if !recorded.isCurrent {
                session.output.note(
                    "Another annotation outranks it: lacuna mask compare \(volume.id) \(organ) shows both, "
                        + "lacuna mask policy show says why.")
            }
        }
    }
}

extension StoredMask {
    /// Makes one mask durable in an object of its own.
    static func put(_ mask: EncodedMask, in store: LocalObjectStore) async throws -> StoredMask {
        try await BlockingWork().run {
            var packer = ObjectPacker()
            let entry = packer.append(mask.bytes)
            let object = try store.put(packer.finish())
            return StoredMask(
                content: mask.contentHash, object: object.digest, objectBytes: object.size, offset: entry.offset,
                length: entry.length, voxels: mask.voxels, box: mask.box)
        }
    }
}
