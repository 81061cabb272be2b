internal import Console
internal import ArgumentParser

struct SubjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "subject",
        abstract: "List the patients, as far as datasets tell them apart, join and remove them.",
        subcommands: [
            SubjectList.self, SubjectShow.self, SubjectJoin.self, SubjectRemove.self, SubjectRestore.self,
            SubjectPurge.self,
        ])
}
