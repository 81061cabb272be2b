internal import ArgumentParser
internal import Console
internal import Workflows

struct DatasetRelocate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relocate", abstract: "Record the new folder of a dataset that was moved.",
        discussion: """
            The new folder replaces the recorded root, which dataset list shows. It must contain every imported file with \
            its size; the checksums of a sample, or of all files with --check all, must match. Otherwise nothing is \
            changed, unless --missing-ok allows missing files.

            EXAMPLE:
              $ lacuna dataset relocate liver /archive/Task03_Liver
              dataset             liver
              release             msd-task03-liver
              from                /data/Task03_Liver
              root                /archive/Task03_Liver
              …
              files               8
              checksums compared  8
            """)

    enum Check: String, CaseIterable, ExpressibleByArgument { case sample, all }

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the dataset.")
    var dataset: String

    @Argument(help: "Folder that replaces the recorded root.")
    var path: String

    @Option(help: "Name of the release, required if the dataset has several.")
    var release: String?

    @Option(help: .value("files", "Files whose checksums are compared: a sample of 20, or all."))
    var check = Check.sample

    @Flag(help: "Relocate although files are missing, which are listed.")
    var missingOk = false

    func run() async throws {
        let result = try await Session.with(options) { session in
            var request = Relocation.Request(dataset: dataset, release: release, folder: path)
            (request.hashesAll, request.allowsMissing) = (check == .all, missingOk)
            return try await Relocation(session.workspace).run(request)
        }
        report(result, options.output)
        if result.outcome == .refused { throw ExitCode(ExitStatus.badInput.rawValue) }
        if !result.problems.isEmpty { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }

    private func report(_ result: Relocation.Result, _ output: Output) {
        let fields = [
            Cell.Field("dataset", result.dataset), Cell.Field("release", result.release),
            Cell.Field("from", result.formerRoot), Cell.Field("root", result.root),
            Cell.Field("changed", result.outcome == .relocated), Cell.Field("files", result.files),
            Cell.Field("hashed", result.hashed, title: "checksums compared"),
        ]
        switch output.format {
        case .json: output.report(fields + [Cell.Field("problems", result.problems.map(\.cell))])
        case .csv: output.report(result.problems, RelocationProblem.columns)
        case .table:
            output.report(fields)
            if !result.problems.isEmpty {
                output.separate()
                output.report(result.problems, RelocationProblem.columns)
            }
        }
        switch result.outcome {
        case .relocated: break
        case .alreadyThere: output.note("\nNothing was changed: this is already the recorded folder.")
        case .refused:
            output.note(
                "\nNothing was changed: name the folder with the files of \(result.formerRoot)"
                    + (result.problems.allSatisfy { $0.kind == .missing } ? ", or add --missing-ok." : "."))
        }
    }
}

extension RelocationProblem {
    fileprivate static var columns: [Column<RelocationProblem>] {
        [Column("kind") { $0.kind.rawValue }, Column("file") { $0.file }, Column("problem") { $0.problem }]
    }

    fileprivate var cell: Cell { Self.columns.object(of: self) }
}
