internal import ArgumentParser
internal import Catalog
internal import Console
internal import Workflows

struct ScheduleCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Create a schedule, whose runs are named NAME-1, NAME-2 and so on.",
        discussion: """
            The configuration is checked and kept; later changes of the file have no effect. With --cron and --when-new, a run \
            starts when N annotations are new, and at each time of --cron if at least one is. A local time that a change of the \
            clocks skips is due at the first instant after it, one that comes twice at the earlier. A tick that makes no run is \
            listed by lacuna schedule history with the reason.

            EXAMPLE:
              $ lacuna schedule create nightly --config run.yaml --cron '0 2 * * 1-5' \\
                  --time-zone Europe/Paris
              schedule   nightly
              cron       0 2 * * 1-5
              time zone  Europe/Paris
              when new   -
              next       2026-12-01 02:00, 2026-12-02 02:00, 2026-12-03 02:00
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the schedule.")
    var name: String

    @Option(help: .value("file", "YAML file with the configuration of the runs; run.name is replaced."))
    var config: String

    @OptionGroup var trigger: ScheduleTriggerOptions

    @Option(help: .value("rule", "Skip or queue a tick that is due while a run of the schedule is open."))
    var overlap = OverlapRule.skip

    @Option(
        help: .value(
            "rule", "Ticks of --cron that no daemon was there for: run none, or the newest once. (default: none)"))
    var catchUp: CatchUpRule?

    @Option(help: .value("rule", "Make a run the current one by itself, where it is not worse."))
    var adopt = AdoptionRule.never

    @Option(help: .value("dice", "Loss of an organ's held-out Dice up to which a run is not worse. (default: 0.02)"))
    var adoptMargin: Double?

    @Option(help: .value("number", "Held-out volumes of an organ, at least, to compare it. (default: 5)"))
    var adoptVolumes: Int?

    @Option(help: .value("start", "Start a run from new weights, or from those of the previous run."))
    var startFrom = StartRule.scratch

    @Option(help: .value("hours", "Hours after which a run is stopped. (default: no limit)"))
    var maxHours: Double?

    func validate() throws {
        if let adoptMargin, !(0...1).contains(adoptMargin) {
            throw ValidationError("--adopt-margin must be from 0 to 1.")
        }
        if adopt == .never, adoptMargin != nil || adoptVolumes != nil {
            throw ValidationError("--adopt-margin and --adopt-volumes have no effect without --adopt if-better.")
        }
        if catchUp != nil, trigger.cron == nil { throw ValidationError("--catch-up has no effect without --cron.") }
        if let adoptVolumes, adoptVolumes < 1 { throw ValidationError("--adopt-volumes must be at least 1.") }
        if let maxHours, !(maxHours > 0 && maxHours <= 8760) {
            throw ValidationError("--max-hours must be above 0 and at most 8760.")
        }
    }

    func run() async throws {
        var request = ScheduleCreation.Request(name: name, configuration: config)
        request.trigger = trigger.trigger
        (request.overlap, request.catchUp, request.adopt) = (overlap, catchUp ?? .none, adopt)
        (request.adoptionMargin, request.adoptionVolumes) = (adoptMargin, adoptVolumes)
        (request.startFrom, request.maximumHours) = (startFrom, maxHours)
        let chosen = request
        try await Session.with(options) { session in
            let result = try await ScheduleCreation(catalog: session.catalog).run(chosen)
            let (row, trigger) = (result.schedule, result.schedule.trigger)
            session.output.report([
                Cell.Field("schedule", row.name), Cell.Field("cron", trigger.cron),
                Cell.Field("timeZone", trigger.timeZone), Cell.Field("whenNew", trigger.whenNew),
                Cell.Field("next", row.next.map { $0.text(in: session.output.format) }),
            ])
            for section in result.droppedSections {
                session.output.note(
                    "The section \(section) of \(config) is not kept: lacunad serve has settings of its own.")
            }
        }
    }
}
