package import Numerics

extension NumericsError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .libraryMissing(let name, let package):
            CommandFailure(
                .internalError, "the library \(name) cannot be loaded", remedy: "install it: apt-get install \(package)"
            )
        }
    }
}
