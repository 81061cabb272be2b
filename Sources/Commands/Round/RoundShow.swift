internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct RoundShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how a round was made, and its results.",
        discussion: """
            Shows what the round was trained on and with, its organs, the guards of its publication, its checkpoints and its \
            history. With --json the result also has the whole configuration and the metadata of the newest network; --csv has \
            the organs alone. The last round of a scheduled run that was compared with the current one has the comparison, by \
            organ. The column volumes is the number of held-out volumes behind the mean Dice; withheld is the reason why the \
            labels of an organ were withheld; lacuna round override releases them. predicted Dice and its interval are medians, \
            and correlation is the rank correlation of predicted and true Dice on held-out volumes. lacunad run --reproduce \
            repeats a published round. The ending of the training is steps where it took all of its steps, and plateau where \
            run.plateauSteps ended it; the Dice on validation volumes after each run.validateEvery steps is listed before the \
            checkpoints. Each opening of the run's test part is listed after the history, also one that was interrupted and has no \
            result.

            EXAMPLE:
              $ lacuna round show second 1
              run                 second
              round               1
              state               published
              gamma               0.667
              seed                1
              configuration       9d0c72b0…
              …

              organ     dice   volumes  labels  median  withheld
              liver     0.836        2       -       -  -
              pancreas  0.756        2       3   0.889  -
              …

              organ     guard  value  limit  outcome  decision   reason
              liver     dice   0.836    0.5  passed   published  -
              pancreas  dice   0.756    0.5  passed   published  -

              kind        step  bytes  removal  time
              confidence   300  19844  -        2026-11-29T10:02:11Z
              network      100  92512  -        2026-11-29T10:02:02Z

              time                  state      worker      reason
              2026-11-29T10:01:40Z  training   host, 4711  -
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the run.")
    var name: String

    @Argument(help: "Number of the round.")
    var number: Int

    func run() async throws {
        try await Session.with(options) { session in
            let report = try await RoundReport.read(run: name, round: number, in: session.workspace)
            switch session.output.format {
            case .json: session.output.report(report.fields(listing: .list) + report.sections)
            case .csv: session.output.report(report.organs, report.organColumns)
            case .table:
                session.output.report(report.fields(listing: .lines))
                session.output.separate()
                report.printTables(session.output)
            }
            if let problem = report.networkProblem {
                session.output.warn("the newest network could not be read: \(problem); run lacuna verify --read-data")
            }
        }
    }
}

extension RoundReport {
    /// How the parts of the snapshot are written: as one list, or one a line.
    fileprivate enum Listing {
        case list, lines
    }

    fileprivate func fields(listing: Listing) -> [Cell.Field] {
        inputs
            + (listing == .list ? [Cell.Field("parts", parts.map(\.cell))] : parts.map { Cell.Field("part", $0.cell) })
            + outcome + environment
    }

    private var inputs: [Cell.Field] {
        [
            Cell.Field("run", details.run), Cell.Field("round", details.number), Cell.Field("state", details.state),
            Cell.Field("gamma", details.gamma, absence: "none, the last round"), Cell.Field("seed", details.seed),
            Cell.Field("configurationSHA256", details.configDigest.description, title: "configuration"),
            Cell.Field("snapshotRevision", details.snapshotRevision.number),
            Cell.Field("trainedOnRevision", trainedOn?.number),
            Cell.Field("publishedRevision", details.publishedRevision?.number),
            Cell.Field("cancelledRevision", details.cancelledRevision?.number),
            Cell.Field("split", details.split), Cell.Field("origins", details.origins),
            Cell.Field("modalities", details.modalities), Cell.Field("trainsUnassigned", details.trainsUnassigned),
        ]
    }

    private var outcome: [Cell.Field] {
        [
            Cell.Field("trainer", trainer?.joined(separator: " "), absence: "built-in"),
            Cell.Field("steps", steps), Cell.Field("roundSteps", roundSteps), Cell.Field("ending", ending),
            Cell.Field("loss", loss),
            Cell.Field("meanDice", meanDice), Cell.Field("masks", details.masks),
            Cell.Field("maskedVolumes", details.maskedVolumes), Cell.Field("contaminated", details.isContaminated),
            Cell.Field("recalled", details.isRecalled), Cell.Field("finished", details.isFinished),
        ] + agreement + evaluation + [
            Cell.Field("failure", failure), Cell.Field("login", details.agent),
            Cell.Field("startedWith", details.program),
        ]
    }

    /// When, by whom and with which round the run was evaluated on its test part.
    private var evaluation: [Cell.Field] {
        [
            Cell.Field("testEvaluated", test?.finished, absence: "no"), Cell.Field("testEvaluatedBy", test?.person),
            Cell.Field("testRound", test?.round), Cell.Field("testOpenings", testOpenings.count),
            Cell.Field("testLeftOutVolumes", test?.leftOut.volumes),
            Cell.Field("testLeftOutSubjects", test?.leftOut.subjects),
            Cell.Field("testLeftOutReadBy", test?.leftOut.readBy),
        ]
    }

    /// How well the predicted Dice agrees with the true one.
    private var agreement: [Cell.Field] {
        [
            Cell.Field("qualityPairs", quality?.pairs), Cell.Field("correlation", quality?.correlation),
            Cell.Field("correlationWithin", quality?.correlationWithin),
            Cell.Field("intervalRate", quality?.intervalRate),
            Cell.Field("intervalCoverage", quality?.intervalCoverage),
        ]
    }

    /// What decides the last bits of a result, from the newest network.
    private var environment: [Cell.Field] {
        let keys = ["program", "libtorch", "threads", "precision", "processor", "optimiser"]
        return keys.map { Cell.Field($0, network?["training.\($0)"]) }
            + [
                Cell.Field("dimensions", network?["plan.dimensions"]), Cell.Field("widths", network?["plan.widths"]),
                Cell.Field("classes", network?["plan.organs"]),
            ]
    }

    fileprivate var sections: [Cell.Field] {
        [
            Cell.Field("configuration", Cell(json: configuration) ?? .null),
            Cell.Field("network", network.map(Self.metadata)),
            Cell.Field("organs", organs.map(organColumns.object(of:))),
            Cell.Field("guards", guards.map(guardColumns.object(of:))),
            Cell.Field("validations", validations.map(RoundValidation.columns.object(of:))),
            Cell.Field("checkpoints", checkpoints.map(RoundCheckpoint.columns.object(of:))),
            Cell.Field("history", history.map(RoundHistoryEvent.columns.object(of:))),
            Cell.Field("openings", testOpenings.map(TestOpening.columns.object(of:))),
            Cell.Field("adoption", comparison?.cell),
        ]
    }

    fileprivate func printTables(_ output: Output) {
        output.report(organs, organColumns, empty: "No organ has a result yet.")
        output.separate()
        if !guards.isEmpty {
            output.report(guards, guardColumns)
            output.separate()
        }
        if !validations.isEmpty {
            output.report(validations, RoundValidation.columns)
            output.separate()
        }
        output.report(checkpoints, RoundCheckpoint.columns, empty: "No checkpoint was stored yet.")
        output.separate()
        output.report(history, RoundHistoryEvent.columns)
        if !testOpenings.isEmpty {
            output.separate()
            output.report(testOpenings, TestOpening.columns)
        }
        if let comparison {
            output.separate()
            comparison.printTable(output)
        }
    }

    private static func metadata(_ network: [String: String]) -> Cell {
        .object(network.sorted { $0.key < $1.key }.map { Cell.Field($0.key, $0.value) })
    }

    fileprivate var organColumns: [Column<RoundInspection.OrganRow>] {
        results + Column.quality(in: .whereItFits(rank: 1)) { $0.confidence?.quality } + decisions
    }

    private var results: [Column<RoundInspection.OrganRow>] {
        [
            Column("organ") { $0.organ.rawValue }, Column("dice") { $0.dice },
            Column("diceVolumes", title: "volumes") { $0.round.diceVolumes[$0.organ] },
            Column("volumeRatio", in: .whereItFits()) { volumeRatio(of: $0.organ) },
            Column("wholeDice", in: .whereItFits(rank: 2)) { wholeDice(of: $0.organ) },
            Column("largestPartDice", in: .whereItFits(rank: 2)) { largestPartDice(of: $0.organ) },
            Column("annotatedVolumes", in: .whereItFits()) { annotatedVolumes(of: $0.organ) },
            Column("labels") { $0.confidence?.labels }, Column("median") { $0.confidence?.median },
            Column("lowest", in: .whereItFits(rank: 1)) { $0.confidence?.lowest },
            Column("highest", in: .whereItFits(rank: 1)) { $0.confidence?.highest },
        ]
    }

    private var decisions: [Column<RoundInspection.OrganRow>] {
        [
            Column("withheld") { $0.withheld },
            Column("withheldMasks", in: .whereItFits()) { $0.withheldMasks },
            Column("releasedBy", in: .whereItFits()) { $0.override.map { $0.account ?? $0.who } },
            Column("releaseReason", in: .whereItFits()) { $0.override?.reason },
            Column("releasedRevision", in: .whereItFits(rank: 2)) { $0.override?.revision.number },
            Column("classMapping", in: .whereItFits()) { $0.classMapping?.map(\.rawValue) },
        ]
    }
}

extension RoundReport {
    fileprivate var guardColumns: [Column<GuardRecord>] {
        [
            Column("organ") { $0.organ.rawValue }, Column("guard") { $0.guard },
            Column("value") { row in row.value.map { Cell.number($0, places: 3) } },
            Column("limit") { row in row.limit.map { Cell.number($0, places: 3) } },
            Column("outcome") { $0.outcome.rawValue }, Column("decision") { decision(on: $0.organ) },
            Column("reason", in: .whereItFits()) { withheld($0.organ) },
        ]
    }
}

extension RoundValidation {
    fileprivate static var columns: [Column<RoundValidation>] {
        [
            Column("step") { $0.step }, Column("validationDice") { $0.meanDice },
            Column("organs", in: .wideOnly) { row in
                Cell.object(row.organs.map { Cell.Field($0.organ.rawValue, $0.dice) })
            },
        ]
    }
}

extension SnapshotPart {
    fileprivate var cell: Cell {
        .object([
            Cell.Field("part", part.rawValue), Cell.Field("subjects", subjects), Cell.Field("volumes", volumes),
            Cell.Field("annotations", annotations),
        ])
    }
}

extension RoundCheckpoint {
    fileprivate static var columns: [Column<RoundCheckpoint>] {
        [
            Column("checkpoint", in: .whereItFits()) { $0.id.rawValue }, Column("kind") { $0.kind },
            Column("step") { $0.step }, Column("bytes") { $0.bytes }, Column("removal") { $0.removal },
            Column("time") { $0.time }, Column("object", in: .wideOnly) { $0.object.description },
        ]
    }
}

extension RoundHistoryEvent {
    fileprivate static var columns: [Column<RoundHistoryEvent>] {
        [
            Column("time") { $0.time }, Column("state") { $0.state }, Column("worker") { $0.worker },
            Column("login", in: .whereItFits()) { $0.login }, Column("reason") { $0.reason },
        ]
    }
}

extension TestOpening {
    fileprivate static var columns: [Column<TestOpening>] {
        [
            Column("time", title: "test part opened") { $0.time }, Column("person", title: "by") { $0.person },
            Column("login", in: .whereItFits()) { $0.login }, Column("round") { $0.round },
            Column("hasResult", title: "result") { $0.hasResult },
        ]
    }
}
