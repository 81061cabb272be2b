internal import ArgumentParser
internal import Console
internal import Domain
internal import Workflows

struct DatasetDiff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compare two releases of a dataset, case by case and organ by organ.",
        discussion: """
            Compares what each of the two imported releases contains, whichever labels are current. Lists added and \
            removed cases and labels, other images, statuses and origins, and masks that differ, with the Dice coefficient \
            in the region where both are known. Differences are after minus before.

            EXAMPLE:
              $ lacuna dataset diff ours --release btcv --release btcv+second
              case     organ   change  before     after       dice  changed voxels  …
              img0001  liver   mask    annotated  annotated  0.814             601
              img0001  spleen  mask    annotated  annotated  0.614             192
              …
              Cases: 1 removed. Labels: 13 removed, 13 with another mask, 26 unchanged.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Name of the dataset.")
    var dataset: String

    @Option(name: .customLong("release"), help: "Name of a release. Given twice, the older release first.")
    var releases: [String]

    @Flag(help: "Also list labels that did not change.")
    var all = false

    func validate() throws {
        if releases.count != 2 || releases[0] == releases[1] {
            throw ValidationError("Name two releases: --release A --release B.")
        }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let rows = try await ReleaseDiff(session.workspace)
                .rows(of: dataset, before: releases[0], after: releases[1])
            let isPartial = rows.contains { $0.comparison?.region.isEverywhere == false }
            session.output.report(
                all ? rows : rows.filter { $0.change != .same }, ReleaseDiff.Row.columns(isPartial: isPartial))
            session.output.note(
                rows.isEmpty ? "Neither release has a label." : "\n" + ReleaseDiff.Row.summary(of: rows))
        }
    }
}
