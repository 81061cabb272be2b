/// Memory for the reason of a failure: UTF-8 that ends with a zero byte, problem and remedy on a line each, cut off after a character where it
/// is too long.
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
        var count = 0
        for scalar in text.unicodeScalars {
            let bytes = UTF8.encode(scalar)!
            guard count + bytes.count < capacity else { break }
            for byte in bytes {
                start[count] = CChar(bitPattern: byte)
                count += 1
            }
        }
        start[count] = 0
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
