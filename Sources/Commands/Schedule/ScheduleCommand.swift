internal import ArgumentParser

struct ScheduleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule", abstract: "Start runs at fixed times, or when enough annotations are new.",
        discussion: """
            The runs are trained by any daemon that is started with lacunad serve.
            """,
        subcommands: [
            ScheduleCreate.self, ScheduleList.self, ScheduleShow.self, SchedulePause.self, ScheduleResume.self,
            ScheduleRunNow.self, ScheduleRetry.self, ScheduleRemove.self, ScheduleHistory.self,
        ])
}
