internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct OrganPartition: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partition", abstract: "Partition composite annotations into left and right organs.",
        discussion: """
            An annotation of both kidneys is partitioned where it consists of two large connected parts of comparable \
            size beside each other, with the middle of the volume between them. All other volumes are listed with the \
            reason and stay as they are; the side of a single organ is not guessed. The sides have the origin and \
            release of the composite annotation, which is kept. Partitioning again records only what is new. --undo \
            undoes a partition; undoing the undo records it again.

            EXAMPLE:
              $ lacuna organ partition kidney --dataset clinic --reason "sides needed"
              volume  dataset/case   outcome      left ml  right ml  remnants  activity  …
                   9  clinic/case_1  partitioned    106.9     196.5         0         5
                  10  clinic/case_2  partitioned    167.7     138.9         0         5
              Volumes: 2 partitioned.
              To undo it: lacuna organ partition --undo 5 --reason TEXT
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Organ that contains both sides: kidney, lung, adrenal_gland, …")
    var organ: String?

    @Option(help: "Dataset whose labels are partitioned. (default: all)")
    var dataset: String?

    @Option(help: "Volume to partition: its id, DATASET/CASE or its file. Repeatable. (default: all)")
    var volume: [String] = []

    @Option(help: .value("activity", "Undo the partition with this activity number; requires --reason."))
    var undo: Int64?

    @Option(help: .value("text", "Reason, recorded in the history. No patient data."), transform: Reason.checked)
    var reason: String?

    @Flag(help: "Read and check everything, and record nothing.")
    var dryRun = false

    func validate() throws {
        guard undo != nil else {
            if organ == nil { throw ValidationError("Name an organ, or an activity with --undo.") }
            return
        }
        guard organ == nil, dataset == nil, volume.isEmpty, !dryRun else {
            throw ValidationError("--undo undoes a whole activity: give it with --reason only.")
        }
        if reason == nil { throw ValidationError("--undo requires --reason TEXT.") }
    }

    func run() async throws {
        if let undo {
            try await undoPartition(ActivityID(undo), reason: reason ?? "")
        } else if let organ {
            try await partition(organ)
        }
    }

    private func partition(_ organ: String) async throws {
        let volumes = try await Session.with(options) { session in
            try await PartitionBySide(session.workspace)
                .run(
                    PartitionBySide.Request(
                        organ: organ, dataset: dataset, volumes: volume, reason: reason, isDryRun: dryRun))
        }
        options.output.report(
            volumes, PartitionedVolume.columns(isPlan: dryRun && options.output.format == .table))
        options.output.note(
            volumes.isEmpty
                ? "No volume has a label of \(organ)." : PartitionedVolume.summary(volumes, isDryRun: dryRun))
        if let activity = volumes.lazy.compactMap(\.activity).first {
            options.output.note("To undo it: lacuna organ partition --undo \(activity) --reason TEXT")
        }
        guard volumes.contains(where: \.isRefused) else { return }
        let status: ExitStatus = volumes.allSatisfy(\.isRefused) ? .badInput : .partlyDone
        throw ExitCode(status.rawValue)
    }

    private func undoPartition(_ activity: ActivityID, reason: String) async throws {
        let undone = try await Session.with(options) { session in
            try await PartitionBySide(session.workspace).undo(activity, reason: reason)
        }
        options.output.report([
            Cell.Field("undone", activity.rawValue), Cell.Field("labels", undone.change?.labels ?? 0),
            Cell.Field("changed", undone.change != nil), Cell.Field("activity", undone.change?.activity.rawValue),
            Cell.Field("revision", undone.revision.number),
        ])
        if undone.change == nil { options.output.note("None of its labels is current; nothing was changed.") }
    }
}
