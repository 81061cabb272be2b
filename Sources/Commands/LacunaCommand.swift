package import ArgumentParser
internal import Console

/// The root of the command line.
package struct LacunaCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "lacuna",
        abstract: "Manage organ labels of partially labelled CT and MR datasets.",
        discussion: """
            EXAMPLE:
              $ lacuna dataset import ~/data/Task09_Spleen
              $ lacuna coverage
              organ     volumes  annotated  absent  pseudo  unlabelled  confidence  …
              liver           9          8       0       0           1  -
              spleen          9          6       0       0           3  -
            """,
        version: Program.lacuna.version,
        subcommands: [
            DatabaseCommand.self, OrganCommand.self, DatasetCommand.self, SubjectCommand.self, VolumeCommand.self,
            LabelCommand.self, CoverageCommand.self, LogCommand.self, SplitCommand.self, MaskCommand.self,
            RoundCommand.self, ReviewCommand.self, ScheduleCommand.self, JobCommand.self, CacheCommand.self,
            LineageCommand.self, ExportCommand.self, VerifyCommand.self, PhantomCommand.self,
        ])

    package init() {}
}

/// The program `lacuna`.
public enum Lacuna {
    /// Runs the command line of this process and ends the process with its exit status.
    public static func run() async -> Never { await Program.lacuna.run(LacunaCommand.self) }
}
