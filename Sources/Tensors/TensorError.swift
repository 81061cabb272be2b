/// Why libtorch refused an operation, or why a checkpoint cannot be used.
public enum TensorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// libtorch refused an operation: shapes that do not fit, or no memory.
    case refused(operation: String, problem: String)
    /// The bytes are not a checkpoint, or they are damaged.
    case damagedCheckpoint(problem: String)
    /// The checkpoint is of a later format than this program reads.
    case newerCheckpoint(version: UInt32, newest: UInt32)
    /// A parameter is missing from the checkpoint, or has another shape there.
    case unfitting(path: String, problem: String)

    public var description: String {
        switch self {
        case .refused(let operation, let problem):
            "libtorch refused \(operation): \(problem); a smaller patch or batch needs less memory"
        case .damagedCheckpoint(let problem):
            "the checkpoint cannot be read: \(problem); restore its object from the backup; lacuna verify --read-data lists damaged objects"
        case .newerCheckpoint(let version, let newest):
            "the checkpoint has format \(version), this program reads up to \(newest); use the program that wrote it"
        case .unfitting(let path, let problem):
            "parameter \(path) of the checkpoint does not fit the network: \(problem); start a new run"
        }
    }
}
