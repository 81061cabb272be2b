internal import ArgumentParser

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "List the jobs of the daemons, retry and cancel them.",
        subcommands: [JobList.self, JobShow.self, JobRetry.self, JobCancel.self])
}
