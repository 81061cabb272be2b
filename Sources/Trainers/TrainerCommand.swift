/// How an outside program is started and ended.
public struct TrainerCommand: Hashable, Sendable {
    /// The program, by an absolute path or by a name that is found in `PATH`, and its arguments.
    public var words: [String]
    /// Seconds that it has to end after SIGTERM.
    public var grace: Double
    /// Seconds without a line of progress after which it is ended.
    public var silence: Double
    /// Folders that it may change beside its own.
    public var writable: [String]
    /// Its environment, without what the job adds.
    public var environment: [String: String]

    /// - Precondition: there is a program.
    public init(
        _ words: [String], grace: Double = 60, silence: Double = 1800, writable: [String] = [],
        environment: [String: String] = [:]
    ) {
        precondition(!words.isEmpty, "a command has a program")
        (self.words, self.grace, self.silence, self.writable) = (words, grace, silence, writable)
        self.environment = environment
    }

    /// The variables of an environment that an outside program inherits: where programs and libraries are, the language, and what GPUs and
    /// threads it may use. None of a database.
    public static func inherited(from variables: [String: String]) -> [String: String] {
        variables.filter { name, _ in
            names.contains(name) || prefixes.contains { name.hasPrefix($0) }
        }
    }

    private static let names: Set = ["PATH", "LANG", "LC_ALL", "TZ", "LD_LIBRARY_PATH"]
    private static let prefixes = ["CUDA_", "NVIDIA_", "NCCL_", "OMP_", "MKL_"]
}
