package import Console
package import Importers
package import Phantoms

extension ImportError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, file: file, remedy: remedy) }
}

extension PhantomError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, description) }
}
