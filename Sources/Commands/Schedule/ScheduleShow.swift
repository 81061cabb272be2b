internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct ScheduleShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a schedule, its new annotations, what persons did with it, and its proposals.",
        discussion: """
            New annotations are those that the next run would use and that are newer than the revision that the last finished run \
            trained on; before the first run, than the schedule. A proposal is a run that did not become the current one by itself; it is shown with its \
            comparison: mean held-out Dice of both runs over the pairs of evaluations of the same volume.

            EXAMPLE:
              $ lacuna schedule show nightly
              schedule         nightly
              state            active
              cron             0 2 * * 1-5
              …
              new annotations  7
              since revision   12
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the schedule.")
    var name: String

    func run() async throws {
        try await Session.with(options) { session in
            let row = try await session.catalog.schedule(named: name)
            let detail = try await session.catalog.detail(of: row)
            let actions = try await session.catalog.actions(on: row)
            let proposals = try await proposals(of: row, session.catalog)
            let format = session.output.format
            let fields = row.fields(format) + detail.fields
            if format == .table {
                session.output.report(fields)
                session.output.separate()
                session.output.report(actions, ScheduleActionRow.columns)
                for proposal in proposals {
                    session.output.separate()
                    proposal.printTable(session.output)
                }
            } else {
                let done = actions.map { ScheduleActionRow.columns.object(of: $0) }
                session.output.report(
                    fields + [Cell.Field("actions", done), Cell.Field("proposals", proposals.map(\.cell))])
            }
        }
    }

    private func proposals(of schedule: ScheduleRow, _ catalog: LabelCatalog) async throws -> [RunComparison] {
        var comparisons: [RunComparison] = []
        for proposal in try await catalog.adoptionProposals() where proposal.schedule == schedule.id {
            if let comparison = try await RunComparison.read(proposal.run, in: catalog) {
                comparisons.append(comparison)
            }
        }
        return comparisons
    }
}

extension ScheduleRow {
    fileprivate func fields(_ format: Output.Format) -> [Cell.Field] {
        [
            Cell.Field("schedule", name), Cell.Field("state", state), Cell.Field("cron", trigger.cron),
            Cell.Field("timeZone", trigger.timeZone), Cell.Field("whenNew", trigger.whenNew),
            Cell.Field("quietTime", DurationArgument(seconds: trigger.quietSeconds).description),
            Cell.Field("window", trigger.window?.description, absence: "always"),
            Cell.Field("jitter", DurationArgument(seconds: trigger.jitterSeconds).description),
            Cell.Field("next", next.map { $0.text(in: format) }),
            Cell.Field("last", last?.outcome.rawValue),
        ]
    }
}

extension ScheduleDetail {
    fileprivate var fields: [Cell.Field] {
        [
            Cell.Field("newAnnotations", newAnnotations), Cell.Field("sinceRevision", trainedRevision.number),
            Cell.Field("organs", organs.map(\.rawValue)), Cell.Field("split", split),
            Cell.Field("overlap", overlap.rawValue), Cell.Field("catchUp", catchUp.rawValue),
            Cell.Field("adopt", adopt.rawValue), Cell.Field("adoptMargin", Cell.number(adoptionMargin, places: 3)),
            Cell.Field("adoptVolumes", adoptionVolumes), Cell.Field("startFrom", startFrom.rawValue),
            Cell.Field("maxHours", maximumHours.map { Cell.number($0, places: 1) }, absence: "no limit"),
        ]
    }
}

extension ScheduleActionRow {
    fileprivate static var columns: [Column<ScheduleActionRow>] {
        [
            Column("time") { $0.time }, Column("action") { $0.action }, Column("who") { $0.agent },
            Column("account", in: .whereItFits(rank: 1)) { $0.account }, Column("run", in: .whereItFits()) { $0.run },
            Column("reason", in: .whereItFits()) { $0.reason },
        ]
    }
}
