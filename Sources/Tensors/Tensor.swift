internal import CTorch

/// A libtorch tensor, in host memory unless it was moved to another device. Shapes are outermost axis first ([N, C, Z, Y, X]: x fastest in memory).
///
/// Not `Sendable`: a tensor stays on the thread that made it, normally a `TensorThread`; every operation blocks.
public final class Tensor {
    let handle: OpaquePointer

    /// Takes ownership of `handle`.
    init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { ct_tensor_free(handle) }

    /// A copy of `values`, row-major.
    public convenience init(_ values: [Float], shape: [Int]) throws(TensorError) {
        let sizes = shape.map(Int64.init)
        self.init(
            owning: try produced("a tensor of \(shape)") { out, error in
                ct_tensor_from_floats(values, Int64(values.count), sizes, Int32(sizes.count), out, error)
            })
    }

    /// A list in double precision.
    public convenience init(doubles values: [Double]) throws(TensorError) {
        self.init(
            owning: try produced("a list of \(values.count)") {
                ct_tensor_from_doubles(values, Int64(values.count), $0, $1)
            })
    }

    /// Unsigned bytes, all 0.
    public static func bytes(_ shape: [Int]) throws(TensorError) -> Tensor {
        let sizes = shape.map(Int64.init)
        return Tensor(
            owning: try produced("bytes of \(shape)") { ct_tensor_bytes(sizes, Int32(sizes.count), $0, $1) })
    }

    /// Every value `value`.
    public convenience init(filledWith value: Double, shape: [Int]) throws(TensorError) {
        let sizes = shape.map(Int64.init)
        self.init(
            owning: try produced("a tensor of \(shape)") { out, error in
                ct_tensor_full(value, sizes, Int32(sizes.count), out, error)
            })
    }

    public static func zeros(_ shape: [Int]) throws(TensorError) -> Tensor {
        try Tensor(filledWith: 0, shape: shape)
    }

    public var shape: [Int] { (0..<ct_tensor_rank(handle)).map { Int(ct_tensor_size(handle, $0)) } }
    public var count: Int { Int(ct_tensor_count(handle)) }

    /// All values as float32, row-major. Waits for the device.
    public func floats() throws(TensorError) -> [Float] {
        let count = self.count
        var problem: TensorError?
        let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(TensorError) {
                try checked("reading a tensor") { ct_tensor_read(handle, buffer.baseAddress, Int64(count), $0) }
                filled = count
            } catch { problem = error }
        }
        if let problem { throw problem }
        return values
    }

    /// All values in double precision, row-major. Waits for the device.
    public func doubles() throws(TensorError) -> [Double] {
        var values = Array(repeating: 0.0, count: count)
        try checked("reading a tensor") { ct_tensor_read_doubles(handle, &values, Int64(values.count), $0) }
        return values
    }

    /// The only value of a tensor of one element. Waits for the device.
    public func scalar() throws(TensorError) -> Double {
        var value = 0.0
        try checked("reading a scalar") { ct_tensor_scalar(handle, &value, $0) }
        return value
    }

    /// Gives access to the memory of a contiguous float32 tensor of the host, row-major, for reading and writing in place.
    public func withMutableFloats<R>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> R) throws -> R {
        let start = try memory(CT_FLOAT32).assumingMemoryBound(to: Float.self)
        return try withExtendedLifetime(self) { try body(UnsafeMutableBufferPointer(start: start, count: count)) }
    }

    /// The same of unsigned bytes.
    public func withMutableBytes<R>(_ body: (UnsafeMutableBufferPointer<UInt8>) throws -> R) throws -> R {
        let start = try memory(CT_UINT8).assumingMemoryBound(to: UInt8.self)
        return try withExtendedLifetime(self) { try body(UnsafeMutableBufferPointer(start: start, count: count)) }
    }

    private func memory(_ type: ct_dtype) throws(TensorError) -> UnsafeMutableRawPointer {
        var start: UnsafeMutableRawPointer?
        try checked("lending a tensor's memory") { ct_tensor_memory(handle, type, &start, $0) }
        guard let start else { throw .refused(operation: "lending a tensor's memory", problem: "it has no values") }
        return start
    }

    /// Overwrites the values, outside autograd.
    public func copy(from source: Tensor) throws(TensorError) {
        try checked("copying a tensor") { ct_copy(handle, source.handle, $0) }
    }
}

/// Runs a C call that returns a status.
/// - Throws: `TensorError.refused` or `.outOfMemory` with libtorch's message.
func checked(
    _ operation: @autoclosure () -> String, _ call: (UnsafeMutablePointer<ct_error>) -> ct_status
) throws(TensorError) {
    try withErrorBuffer(operation) { call($0) }
}

/// Runs a C call that creates a tensor.
/// - Throws: `TensorError.refused` or `.outOfMemory` with libtorch's message.
func produced(
    _ operation: @autoclosure () -> String,
    _ call: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<ct_error>) -> ct_status
) throws(TensorError) -> OpaquePointer {
    var handle: OpaquePointer?
    try withErrorBuffer(operation) { call(&handle, $0) }
    guard let handle else { throw .refused(operation: operation(), problem: "libtorch returned no tensor") }
    return handle
}

private func withErrorBuffer(
    _ operation: () -> String, _ call: (UnsafeMutablePointer<ct_error>) -> ct_status
) throws(TensorError) {
    let (status, message) = withUnsafeTemporaryAllocation(of: ct_error.self, capacity: 1) { buffer in
        guard let error = buffer.baseAddress else { return (CT_NO_MEMORY, "no memory for an error") }
        let status = call(error)
        if status == CT_OK { return (status, "") }
        let message = withUnsafeBytes(of: &error.pointee.message) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return (status, message)
    }
    switch status {
    case CT_OK: return
    case CT_NO_MEMORY: throw .outOfMemory(operation: operation(), problem: message)
    default: throw .refused(operation: operation(), problem: message)
    }
}
