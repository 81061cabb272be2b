internal import ArgumentParser
internal import Console
internal import System
internal import Workflows

struct ReviewSubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "submit", abstract: "Make an edited mask the annotation of an organ.",
        discussion: """
            The file must be on the grid of the volume's first source, or of the one named with --source, in any axis order; \
            it is not resampled. A file that covers a part of that grid replaces the mask that was looked at there and keeps it elsewhere. \
            The annotation is of origin reviewed and has that mask as its parent. Where the label was reviewed before, it waits to be \
            accepted again.

            EXAMPLE:
              $ lacuna review submit edited.nii.gz internal/img0004 pancreas
              volume    4
              organ     pancreas
              action    submit
              state     edited
              …
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "File to read, .nii or .nii.gz.")
    var file: String

    @OptionGroup var decision: DecisionOptions

    @Option(help: .value("number", "Value of the organ's voxels. Repeatable. (default: the only value other than 0)"))
    var value: [Int] = []

    @Option(help: .value("table", "Table of the organs of a label map's values, as lacuna mask import reads it."))
    var map: String?

    @Option(
        help: .value("dataset", "Dataset of the source on whose grid the file is. (default: the volume's first source)")
    )
    var source: String?

    func validate() throws {
        if map != nil && !value.isEmpty { throw ValidationError("--map excludes --value.") }
        if value.contains(0) { throw ValidationError("--value must differ from 0.") }
    }

    func run() async throws {
        var submission = ReviewDecisions.Submission(file: file)
        (submission.values, submission.source) = (Set(value), source)
        if let map {
            let text = try await BlockingWork().run { try TextFile.read(map) }
            submission.map = try LabelValueTable(text, file: map)
        }
        try await Session.with(options) { [submission] session in
            let result = try await ReviewDecisions(session.workspace).submit(submission, decision.request)
            session.output.report(result.fields)
        }
    }
}
