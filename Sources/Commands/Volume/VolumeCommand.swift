internal import ArgumentParser

struct VolumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "volume", abstract: "List, compare and exclude volumes.",
        subcommands: [
            VolumeList.self, VolumeShow.self, VolumeDuplicates.self, VolumeDescriptors.self, VolumeLaterality.self,
            VolumeExclude.self, VolumeInclude.self,
        ])
}
