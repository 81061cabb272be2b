internal import Foundation

/// A temporary folder that is deleted with this object.
public final class ScratchFolder: Sendable {
    public let path: String

    public init() { path = TemporaryFolder.make() }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    public func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and returns its path.
    public func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }
}
