internal import ArgumentParser

struct MaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mask", abstract: "List, import, export and compare masks, and roll pseudo labels back.",
        subcommands: [
            MaskList.self, MaskShow.self, MaskExport.self, MaskCompare.self, MaskHistory.self, MaskPicture.self,
            MaskRollback.self, MaskImport.self, MaskConsensus.self, MaskPolicy.self,
        ])
}
