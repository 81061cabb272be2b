internal import Glibc

/// The temporary folder of this test process. However the process ends, a watchdog stops every server in it and deletes it.
public enum TemporaryFolder {
    public static let root: String = {
        var template = Array("/tmp/lacuna-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(String(cString: strerror(errno)))") }
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The server's user must be able to traverse it.
        chmod(path, 0o711)
        Watchdog.start(folder: path)
        return path
    }()

    /// Creates an empty folder and returns its path.
    public static func make(_ prefix: String = "test") -> String {
        var template = Array("\(root)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary folder: \(String(cString: strerror(errno)))") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Runs `body` with a new empty folder, which is deleted when the test process ends.
public func withTemporaryFolder<T>(_ body: (String) async throws -> T) async rethrows -> T {
    try await body(TemporaryFolder.make())
}
