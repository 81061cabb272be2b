package import Console
package import Exporters
package import Importers
package import Phantoms

extension ImportError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, file: file, remedy: remedy) }
}

extension PhantomError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, description) }
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
