package import Exporters
package import Importers
package import Numerics
package import Phantoms

extension ImportError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, file: file, remedy: remedy) }
}

extension PhantomError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .occupied: CommandFailure(.conflict, description)
        case .unwritable, .senseless: CommandFailure(.badInput, description)
        }
    }
}

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

extension ExportError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .exists: CommandFailure(.conflict, problem, file: file, remedy: remedy)
        case .noOrgans, .repeatedOrgan, .tooManyOrgans: CommandFailure(.usage, problem, remedy: remedy)
        case .inseparable, .overlap, .noFolder, .unsupportedImage, .unwritable:
            CommandFailure(.badInput, problem, file: file, remedy: remedy)
        }
    }
}
