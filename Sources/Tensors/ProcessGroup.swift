internal import CTorch

/// Processes that train one network together, through c10d and Gloo, which libtorch contains.
///
/// Each operation waits for the others, who must make the same ones in the same order. After an error the group is dead: all its processes
/// end, and start again from a checkpoint.
public final class ProcessGroup {
    public let rank, size: Int
    private let handle: OpaquePointer

    /// Whether this is process 0, which alone stores results.
    public var isLeader: Bool { rank == 0 }

    /// Waits for the others.
    ///
    /// - Throws: `TensorError.group` where they do not come in time.
    public init(_ membership: GroupMembership) throws(TensorError) {
        (rank, size) = (membership.rank, membership.size)
        handle = try Self.join(membership)
    }

    deinit { ct_group_free(handle) }

    private static func join(_ membership: GroupMembership) throws(TensorError) -> OpaquePointer {
        let isLocal = ["127.0.0.1", "localhost", "::1"].contains(membership.host)
        let address = isLocal && membership.interface == nil ? "127.0.0.1" : nil
        let seconds = membership.timeout / .seconds(1)
        var handle: OpaquePointer?
        do {
            try checked("a group of processes") { error in
                membership.host.withCString { host in
                    membership.prefix.withCString { prefix in
                        withText(membership.interface) { interface in
                            withText(address) { address in
                                var options = ct_membership(
                                    rank: Int32(membership.rank), size: Int32(membership.size), host: host,
                                    port: Int32(membership.port),
                                    serves_store: membership.rank == 0, prefix: prefix,
                                    interface: interface, address: address, timeout: seconds)
                                return ct_group_join(&options, &handle, error)
                            }
                        }
                    }
                }
            }
        } catch {
            throw .group(
                problem: "process \(membership.rank) of \(membership.size) did not meet the others at "
                    + "\(membership.host):\(membership.port): \(error.cause)")
        }
        guard let handle else { throw .group(problem: "libtorch returned no group") }
        return handle
    }

    private static func withText<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
        text.map { $0.withCString(body) } ?? body(nil)
    }

    // MARK: - Operations

    /// Adds the tensors of all processes, in place; the result has the same bits in each.
    public func sum(_ tensor: Tensor) throws(TensorError) {
        try together { ct_group_sum(handle, tensor.handle, $0) }
    }

    public func sum(_ values: [Double]) throws(TensorError) -> [Double] {
        let tensor = try Tensor(doubles: values)
        try sum(tensor)
        return try tensor.doubles()
    }

    /// Adds the gradients of all processes, in place. A parameter without one counts as 0, so that a process whose batch does not reach it
    /// joins all the same.
    public func sumGradients(of parameters: Parameters) throws(TensorError) {
        let handles: [OpaquePointer?] = parameters.all.map(\.handle)
        try together { ct_group_sum_gradients(handle, handles, Int32(handles.count), $0) }
    }

    /// The numbers of process 0.
    public func ofLeader(_ values: [Double]) throws(TensorError) -> [Double] {
        let tensor = try Tensor(doubles: values)
        try together { ct_group_broadcast(handle, tensor.handle, $0) }
        return try tensor.doubles()
    }

    private func together(_ call: (UnsafeMutablePointer<ct_error>) -> ct_status) throws(TensorError) {
        do {
            try checked("an operation of all processes", call)
        } catch {
            throw .processLost(rank: rank, size: size, problem: error.cause)
        }
    }
}
