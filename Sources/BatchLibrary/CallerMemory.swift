/// Memory for the reason of a failure: UTF-8 that ends with a zero byte, problem and remedy on a line each, cut off where it is too long.
struct CallerMessage {
    let start: UnsafeMutablePointer<CChar>?
    let capacity: Int64

    /// Runs the body of a function of the library.
    ///
    /// - Returns: its status.
    func status(_ body: () throws(LibraryError) -> Void) -> Int32 {
        do throws(LibraryError) {
            try body()
            return 0
        } catch {
            write("\(error.problem)\n\(error.remedy)")
            return error.status.rawValue
        }
    }

    private func write(_ text: String) {
        guard let start, capacity > 0 else { return }
        let bytes = text.utf8.prefix(Int(capacity) - 1)
        for (index, byte) in bytes.enumerated() { start[index] = CChar(bitPattern: byte) }
        start[bytes.count] = 0
    }
}

/// An object that a caller of the library owns until it frees it.
enum CallerHandle {
    static func give(_ object: some AnyObject) -> UnsafeMutableRawPointer {
        Unmanaged.passRetained(object).toOpaque()
    }

    static func object<T: AnyObject>(_ handle: UnsafeMutableRawPointer, _ type: T.Type) -> T {
        Unmanaged<T>.fromOpaque(handle).takeUnretainedValue()
    }

    static func free<T: AnyObject>(_ handle: UnsafeMutableRawPointer?, _ type: T.Type) {
        guard let handle else { return }
        Unmanaged<T>.fromOpaque(handle).release()
    }
}
