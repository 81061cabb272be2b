/// Names of files as bytes, which need not be UTF-8.
enum FileName {
    /// The name as text; escaped where it is not UTF-8.
    static func text(_ bytes: [UInt8]) -> String { String(validating: bytes, as: UTF8.self) ?? escaped(bytes) }

    /// ASCII as it is, every other byte and the backslash as `\xff`.
    static func escaped(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            (0x20...0x7E).contains(byte) && byte != UInt8(ascii: "\\")
                ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}
