internal import ArgumentParser

struct ReviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "review", abstract: "Look at predicted masks and decide about them.",
        subcommands: [
            ReviewNext.self, ReviewAccept.self, ReviewReject.self, ReviewSubmit.self, ReviewAbsent.self,
            ReviewSkip.self, ReviewAssign.self, ReviewList.self, ReviewHistory.self, ReviewReport.self,
        ])
}
