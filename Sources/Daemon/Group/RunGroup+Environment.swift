internal import Glibc
internal import Tensors

extension GroupMembership {
    /// The place of this process, as its environment has it; nil where it is alone.
    ///
    /// - Throws: `TensorError.membership`.
    static func ofThisProcess() throws -> GroupMembership? {
        let names = [
            "RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT", "GLOO_SOCKET_IFNAME", "TORCHELASTIC_USE_AGENT_STORE",
            "TORCHELASTIC_RESTART_COUNT",
        ]
        let pairs = names.compactMap { name in getenv(name).map { (name, String(cString: $0)) } }
        return try GroupMembership(environment: Dictionary(uniqueKeysWithValues: pairs))
    }

    /// - Throws: `DaemonError.severalProcesses` where this process was started as one of several.
    static func requireNone() throws {
        guard let size = getenv("WORLD_SIZE").map({ String(cString: $0) }), size != "1" else { return }
        throw DaemonError.severalProcesses(size: size)
    }

    /// The number of this process on its machine, from 0; nil where the environment does not tell it.
    static var numberOnThisMachine: Int? { getenv("LOCAL_RANK").flatMap { Int(String(cString: $0)) } }
}
