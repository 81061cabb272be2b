package import ArgumentParser
internal import System

/// Caches of `lacunad` beside that of the home.
package struct CacheOptions: ParsableArguments {
    @Option(
        name: .customLong("cache"),
        help: .value("folder", "Further cache of lacunad (daemon.cache) on this machine. Repeatable."))
    package var folders: [String] = []

    package init() {}

    package func validate() throws {
        guard let missing = folders.first(where: { !Folder.exists($0) }) else { return }
        throw ValidationError("--cache \(missing): there is no such folder.")
    }
}
