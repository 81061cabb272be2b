internal import CTorch

/// Where tensors are and operations on them run.
public enum Device: Hashable, Sendable {
    /// The host's processor and memory.
    case cpu
    /// A GPU by its number, from 0.
    case cuda(Int)

    /// The devices that this libtorch can use on this machine.
    public static var available: [Device] { [.cpu] + (0..<Int(ct_cuda_devices())).map { .cuda($0) } }

    var number: Int32 {
        switch self {
        case .cpu: Int32(CT_HOST)
        case .cuda(let number): Int32(number)
        }
    }

    init(number: Int32) { self = number < 0 ? .cpu : .cuda(Int(number)) }
}

extension Device: CustomStringConvertible {
    /// As PyTorch writes it: `cpu`, `cuda:0`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let number): "cuda:\(number)"
        }
    }
}

/// A place in the order of a device's work.
final class DeviceMark {
    private let handle: OpaquePointer

    /// After all work that this thread gave to the device so far; nil for the host, whose work is done when a call returns.
    init?(_ device: Device) throws(TensorError) {
        guard device != .cpu else { return nil }
        var handle: OpaquePointer?
        try checked("a mark") { ct_mark_make(device.number, &handle, $0) }
        guard let handle else { throw .refused(operation: "a mark", problem: "libtorch returned none") }
        self.handle = handle
    }

    deinit { ct_mark_free(handle) }

    func wait() throws(TensorError) { try checked("waiting for a device") { ct_mark_wait(handle, $0) } }
}

/// Tensors of the host on their way to a device.
///
/// From pinned memory they are copied while the calling thread goes on, so that the memory may be written again only after
/// `waitUntilCopied`. On the host they are the tensors themselves.
public struct SentTensors {
    /// On the device, in the order in which they were given.
    public let tensors: [Tensor]
    private let mark: DeviceMark?

    public init(_ tensors: [Tensor], to device: Device) throws(TensorError) {
        var sent: [Tensor] = []
        for tensor in tensors { sent.append(try tensor.moved(to: device)) }
        (self.tensors, mark) = (sent, try DeviceMark(device))
    }

    /// Waits until the memory of the host is no longer read.
    public func waitUntilCopied() throws(TensorError) { try mark?.wait() }
}

extension Tensor {
    public var device: Device { Device(number: ct_tensor_device(handle)) }

    /// The same values on a device; self where they are there already.
    public func moved(to device: Device) throws(TensorError) -> Tensor {
        guard device != self.device else { return self }
        return Tensor(owning: try produced("a copy on \(device)") { ct_move(handle, device.number, $0, $1) })
    }

    /// The same values in memory of the host that a device can read by itself; self for the host.
    public func pinned(for device: Device) throws(TensorError) -> Tensor {
        guard device != .cpu else { return self }
        return Tensor(owning: try produced("pinned memory") { ct_tensor_pin(handle, $0, $1) })
    }
}
