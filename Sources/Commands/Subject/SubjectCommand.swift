internal import ArgumentParser

struct SubjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subject", abstract: "List, merge, split and remove subjects (patients).",
        subcommands: [
            SubjectList.self, SubjectShow.self, SubjectJoin.self, SubjectSplit.self, SubjectRemove.self,
            SubjectRestore.self,
            SubjectPurge.self,
        ])
}
