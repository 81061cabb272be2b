import Domain
import Foundation
import Hashing
import TestSupport
import Testing

/// Vectors of FIPS 180-4's examples ("abc", the empty message, a million times "a").
struct SHA256Tests {
    static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    static let million = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

    @Test func knownMessages() {
        #expect(SHA256.digest(of: Array("abc".utf8)).description == Self.abc)
        #expect(SHA256.digest(of: []).description == Self.empty)
    }

    @Test func piecesGiveTheWholeMessagesValue() {
        var hasher = SHA256()
        for _ in 0..<1000 { hasher.update([UInt8](repeating: UInt8(ascii: "a"), count: 1000)) }
        #expect(hasher.finalize().description == Self.million)
    }

    @Test func filesAreHashedAcrossPieceBorders() throws {
        let path = TemporaryFolder.make() + "/bytes"
        let bytes = (0..<(1 << 20) + 17).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        #expect(try SHA256.digest(ofFile: path) == SHA256.digest(of: bytes))
    }

    @Test func missingFileIsNamed() {
        #expect(throws: HashingError.unreadable(file: "/nowhere/at/all", code: 2)) {
            try SHA256.digest(ofFile: "/nowhere/at/all")
        }
    }
}
