package import DICOM
package import Exporters
package import Imaging
package import Importers
package import Objects
package import Phantoms
package import System

extension ImportError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, file: file, remedy: remedy) }
}

extension ExportError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .exists, .numberTaken: CommandFailure(.conflict, problem, file: file, remedy: remedy)
        case .noOrgans, .repeatedOrgan, .tooManyOrgans: CommandFailure(.usage, problem, remedy: remedy)
        case .inseparable, .overlap, .noFolder, .unsupportedImage, .unreadableImage, .unwritable:
            CommandFailure(.badInput, problem, file: file, remedy: remedy)
        }
    }
}

extension PhantomError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .occupied: CommandFailure(.conflict, problem, file: file, remedy: remedy)
        case .unwritable, .senseless: CommandFailure(.badInput, problem, file: file, remedy: remedy)
        }
    }
}

extension ImagingError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, file: file, remedy: remedy) }
}

extension DICOMError: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.badInput, problem, file: file, remedy: remedy) }
}

extension ObjectStoreError: CommandFailing {
    package var commandFailure: CommandFailure {
        switch self {
        case .missing, .damaged, .outOfRange, .notAFile: CommandFailure(.damaged, problem, file: path, remedy: remedy)
        case .foreign: CommandFailure(.conflict, problem, file: path, remedy: remedy)
        case .full, .readOnly, .denied, .noStore, .notAStore, .newerFormat, .system:
            CommandFailure(.unreachable, problem, file: path, remedy: remedy)
        }
    }
}

extension SystemError: CommandFailing {
    package var commandFailure: CommandFailure {
        CommandFailure(
            .unreachable, "\(operation) fails: \(reason)", file: path,
            remedy: "check that the folder exists, is writable and has free space")
    }
}
