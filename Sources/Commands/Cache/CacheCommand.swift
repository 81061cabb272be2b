internal import ArgumentParser

struct CacheCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache", abstract: "Show, check and clear the cache of images and labels that lacunad trains on.",
        subcommands: [CacheStatusCommand.self, CacheVerify.self, CacheClear.self])
}
