internal import Glibc

/// Operating-system threads that end by themselves.
public enum DetachedThread {
    /// Runs `body` on a new thread.
    ///
    /// - Parameter stackSizeInBytes: nil: the system's default.
    /// - Returns: whether the system had a thread left.
    @discardableResult
    public static func start(stackSizeInBytes: Int? = nil, _ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        if let stackSizeInBytes { pthread_attr_setstacksize(&attributes, stackSizeInBytes) }
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        if status != 0 { work.release() }
        return status == 0
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
