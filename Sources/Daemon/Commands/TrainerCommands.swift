internal import ArgumentParser

struct TrainerCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trainer", abstract: "Work with programs that train in place of the built-in network.",
        subcommands: [TrainerCheckCommand.self])
}
