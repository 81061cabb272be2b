internal import CTorch

/// Settings of libtorch as a whole and of the calling thread.
public enum Torch {
    /// libtorch's version, for example "1.13.0".
    public static var version: String { String(cString: ct_version()) }

    /// The instructions that libtorch uses on this processor, for example "AVX2". Results differ in their last bits between them.
    public static var processor: String { String(cString: ct_processor()) }

    /// Sets the process up for training; once, before other threads start.
    ///
    /// glibc returns the memory of a step's activations to the system, and the next step pays for each page again; one arena
    /// that is not trimmed keeps them. OpenBLAS's own workers spin between the small products of a network and take time
    /// from libtorch's workers, so OpenBLAS multiplies on the calling thread alone.
    public static func prepareProcess() { ct_prepare_process() }

    /// Threads that one operation may use, started from the calling thread.
    public static var threads: Int { Int(ct_threads()) }

    /// Results are bit for bit the same only for one machine, one libtorch and one number of threads.
    public static func setThreads(_ threads: Int) throws(TensorError) {
        try checked("setting the threads") { ct_set_threads(Int32(threads), $0) }
    }

    /// Calls `body` once for each task from 0, on libtorch's threads, and returns when all are done.
    public static func parallel(_ count: Int, _ body: @Sendable (Int) -> Void) throws(TensorError) {
        try withoutActuallyEscaping(body) { (body) throws(TensorError) in
            var body = body
            try withUnsafeMutablePointer(to: &body) { (context) throws(TensorError) in
                try checked("a parallel loop") {
                    ct_parallel(Int64(count), { Self.call($1, task: $0) }, context, $0)
                }
            }
        }
    }

    private static func call(_ context: UnsafeMutableRawPointer?, task: Int64) {
        context?.assumingMemoryBound(to: (@Sendable (Int) -> Void).self).pointee(Int(task))
    }

    /// Whether the processor has bfloat16 instructions, so that mixed precision is faster.
    public static var hasFastBFloat16: Bool { ct_has_bfloat16() }

    /// Runs `body` without recording for autograd, on this thread.
    public static func withoutGradients<R>(_ body: () throws -> R) rethrows -> R {
        let before = ct_set_grad_enabled(false)
        defer { _ = ct_set_grad_enabled(before) }
        return try body()
    }

    /// Runs `body` with convolutions of a device in bfloat16 where `enabled`, on this thread.
    /// Losses stay outside, in float32.
    public static func withBFloat16<R>(_ enabled: Bool, on device: Device = .cpu, _ body: () throws -> R) throws -> R {
        guard enabled else { return try body() }
        try checked("autocast") { ct_set_autocast(true, device.number, $0) }
        let result = Result { try body() }
        try checked("autocast") { ct_set_autocast(false, device.number, $0) }
        return try result.get()
    }
}
