internal import Console
internal import ArgumentParser

struct VolumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "volume", abstract: "List volumes and find those that may be one scan.",
        subcommands: [VolumeList.self, VolumeShow.self, VolumeDuplicates.self])
}
