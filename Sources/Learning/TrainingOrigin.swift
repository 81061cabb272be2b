/// What a training belongs to, written into its checkpoints.
public struct TrainingOrigin: Hashable, Sendable {
    /// SHA-256 of the run's configuration, in hexadecimal digits.
    public var configuration: String
    /// The revision whose labels the round trains on.
    public var revision: Int64
    /// Name and version of the program.
    public var program: String

    public init(configuration: String, revision: Int64, program: String) {
        (self.configuration, self.revision, self.program) = (configuration, revision, program)
    }
}
