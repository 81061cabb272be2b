internal import Console
internal import ArgumentParser

struct VolumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "volume", abstract: "List volumes, find those that may be one scan, and exclude some.",
        subcommands: [
            VolumeList.self, VolumeShow.self, VolumeDuplicates.self, VolumeDescriptors.self, VolumeLaterality.self,
            VolumeExclude.self,
            VolumeInclude.self,
        ])
}
