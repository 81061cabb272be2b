internal import ArgumentParser

struct PhantomCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phantom", abstract: "Generate synthetic abdominal CT to try Lacuna with.",
        subcommands: [PhantomGenerate.self])
}
