import Glibc
import System

/// The file that makes a folder the store of a catalogue: two lines of text, the format's version and the catalogue's UUID.
struct StoreMarker: Equatable {
    static let name = "lacuna-store"
    static let version = 1

    let catalogue: String

    /// - Precondition: `catalogue` is a UUID of 36 characters with hyphens.
    init(catalogue: String) {
        precondition(Self.isUUID(catalogue), "a catalogue is named by a UUID")
        self.catalogue = catalogue.lowercased()
    }

    var text: String { "lacuna-store \(Self.version)\ncatalogue \(catalogue)\n" }

    /// Reads the marker of the store at `root`; nil where there is none.
    static func read(in root: String) throws(ObjectStoreError) -> StoreMarker? {
        let path = "\(root)/\(name)"
        guard access(path, F_OK) == 0 else {
            if errno == ENOENT { return nil }
            throw .last("access", path)
        }
        let bytes = try storing { () throws(SystemError) in try OpenFile(reading: path).bytes(at: 0, count: 256) }
        return try parse(String(decoding: bytes, as: UTF8.self), path: path)
    }

    static func parse(_ text: String, path: String) throws(ObjectStoreError) -> StoreMarker {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        guard lines.count >= 1, lines[0].count == 2, lines[0][0] == "lacuna-store", let found = Int(lines[0][1]) else {
            throw .notAStore(path: path, problem: "the store's marker file is damaged")
        }
        guard found <= version else { throw .newerFormat(path: path, version: found) }
        guard lines.count == 2, lines[1].count == 2, lines[1][0] == "catalogue", isUUID(lines[1][1]) else {
            throw .notAStore(path: path, problem: "the store's marker file is damaged")
        }
        return StoreMarker(catalogue: lines[1][1])
    }

    static func isUUID(_ text: String) -> Bool {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }
}
