internal import Glibc

/// The name of the holder of a claim, for people.
enum WorkerName {
    /// Host and process number.
    static var ofThisProcess: String {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count - 1)
        return "\(String(decoding: name.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)):\(getpid())"
    }
}
