/// Why libtorch refused an operation, or why a checkpoint cannot be used.
public enum TensorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// libtorch refused an operation, such as one on shapes that do not fit.
    case refused(operation: String, problem: String)
    /// libtorch had no memory for an operation; a smaller one may succeed.
    case outOfMemory(operation: String, problem: String)
    /// The variables that give this process its place among those that train together are incomplete or wrong.
    case membership(problem: String)
    /// The processes that train together did not find each other.
    case group(problem: String)
    /// Another process of those that train together ended, or did not answer in time.
    case processLost(rank: Int, size: Int, problem: String)
    /// The bytes are not a checkpoint, or they are damaged.
    case damagedCheckpoint(problem: String)
    /// The checkpoint is of a later format than this program reads.
    case newerCheckpoint(version: Int, newest: Int)
    /// A parameter is missing from the checkpoint, or has another shape there.
    case unfitting(path: String, problem: String)

    /// What is wrong, one clause.
    public var problem: String {
        switch self {
        case .refused(let operation, let problem): "libtorch refused \(operation): \(problem)"
        case .outOfMemory(let operation, let problem): "out of memory for \(operation): \(problem)"
        case .membership(let problem): "this process has no place among those of the training: \(problem)"
        case .group(let problem): "the processes of the training did not find each other: \(problem)"
        case .processLost(let rank, let size, let problem):
            "process \(rank) of the \(size) of the training lost another one: \(problem)"
        case .damagedCheckpoint(let problem): "the checkpoint cannot be read: \(problem)"
        case .newerCheckpoint(let version, let newest):
            "the checkpoint has format \(version), this program reads up to \(newest)"
        case .unfitting(let path, let problem):
            "parameter \(path) of the checkpoint does not fit the network: \(problem)"
        }
    }

    /// What the user can do, one clause.
    public var remedy: String {
        switch self {
        case .refused: "report this with the configuration of the run"
        case .outOfMemory: "a smaller patch or batch needs less memory"
        case .membership: "set the variables as torchrun does, or unset WORLD_SIZE to train with one process"
        case .group: "check RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT, and that the port is free"
        case .processLost: "see what the others reported, and start all again: they continue from the last checkpoint"
        case .damagedCheckpoint:
            "restore its object from the backup; lacuna verify --read-data lists damaged objects"
        case .newerCheckpoint: "use the program that wrote it"
        case .unfitting: "start a new run"
        }
    }

    /// libtorch's message, where there is one.
    var cause: String {
        switch self {
        case .refused(_, let problem), .outOfMemory(_, let problem): problem
        default: problem
        }
    }

    public var description: String { "\(problem); \(remedy)" }
}
