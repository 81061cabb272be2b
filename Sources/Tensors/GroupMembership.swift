/// The place of this process among those that train one network together.
public struct GroupMembership: Hashable, Sendable {
    /// From 0. Process 0 leads: it alone stores results.
    public var rank: Int
    /// Processes, at least 1.
    public var size: Int
    /// Of the store through which they find each other: process 0 serves it, to connections of all interfaces.
    public var host: String
    public var port: Int
    /// Tells the keys of several groups in one store apart.
    public var prefix: String
    /// The network interface by which this process is reached; nil: the one of this host's name, or the loopback where `host` is one.
    public var interface: String?
    /// The longest wait for another process: to join, and in each operation.
    public var timeout = Duration.seconds(1800)

    public init(rank: Int, size: Int, host: String, port: Int, prefix: String = "lacuna") {
        (self.rank, self.size, self.host, self.port, self.prefix) = (rank, size, host, port, prefix)
    }

    /// The variables that `torchrun`, or a person, sets for each process: `RANK`, `WORLD_SIZE`, `MASTER_ADDR`,
    /// `MASTER_PORT`, and where they are set `GLOO_SOCKET_IFNAME`, `TORCHELASTIC_USE_AGENT_STORE` and
    /// `TORCHELASTIC_RESTART_COUNT`. nil without `WORLD_SIZE`, and where it is 1.
    ///
    /// With `TORCHELASTIC_USE_AGENT_STORE`, the store at `MASTER_PORT` is `torchrun`'s own, which answers only a libtorch of about its own
    /// version; the processes then use the port after it.
    ///
    /// - Throws: `TensorError.membership` where one is missing or no such number.
    public init?(environment: [String: String]) throws(TensorError) {
        guard environment["WORLD_SIZE"] != nil else { return nil }
        let size = try Self.number("WORLD_SIZE", environment, 1...65536)
        guard size > 1 else { return nil }
        guard let host = environment["MASTER_ADDR"], !host.isEmpty else {
            throw .membership(problem: "MASTER_ADDR is not set")
        }
        let isTaken = environment["TORCHELASTIC_USE_AGENT_STORE"] == "True"
        self.init(
            rank: try Self.number("RANK", environment, 0...size - 1), size: size, host: host,
            port: try Self.number("MASTER_PORT", environment, 1...(isTaken ? 65534 : 65535)) + (isTaken ? 1 : 0))
        interface = environment["GLOO_SOCKET_IFNAME"]
        prefix = "lacuna/" + (environment["TORCHELASTIC_RESTART_COUNT"] ?? "0")
    }

    private static func number(
        _ name: String, _ environment: [String: String], _ range: ClosedRange<Int>
    ) throws(TensorError) -> Int {
        guard let text = environment[name] else { throw .membership(problem: "\(name) is not set") }
        guard let number = Int(text), range.contains(number) else {
            throw .membership(problem: "\(name) is \(text), not \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
