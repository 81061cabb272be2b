internal import Glibc

/// A call of the operating system that failed: the call, the path and its `errno`.
public struct SystemError: Error, Hashable, Sendable {
    /// The name of the call, such as `open`.
    public let operation: String
    public let path: String
    public let code: Int32

    public init(operation: String, path: String, code: Int32) {
        (self.operation, self.path, self.code) = (operation, path, code)
    }

    /// The error in `errno`, after `operation` on `path` failed.
    static func last(_ operation: String, _ path: String) -> SystemError {
        SystemError(operation: operation, path: path, code: errno)
    }

    /// A path that is to be read as a file and is a folder, a pipe, a socket or a device.
    static func notRegular(_ path: String) -> SystemError {
        SystemError(operation: "open", path: path, code: notRegularCode)
    }

    /// The operating system has no such code.
    private static let notRegularCode: Int32 = -1

    public var isNotRegular: Bool { code == Self.notRegularCode }

    /// The operating system's text for the code.
    public var reason: String { isNotRegular ? "not a regular file" : String(cString: strerror(code)) }
}

/// Repeats a system call while a signal interrupts it.
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
