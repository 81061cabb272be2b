public import Domain

/// Makes the names of an export's cases: unique across datasets, and made of characters that every tool accepts.
public struct CaseNames: Sendable {
    private var taken: Set<String> = []

    public init() {}

    /// `DATASET_CASE`, with the volume's number appended where that name is taken, and a further number where that one is
    /// taken too. Names that differ only in case count as equal.
    public mutating func name(dataset: String, caseName: String, volume: VolumeID) -> String {
        let plain = Self.clean("\(dataset)_\(caseName)")
        var (name, number) = (plain, 1)
        while !taken.insert(name.lowercased()).inserted {
            name = "\(plain)_v\(volume)" + (number > 1 ? "_\(number)" : "")
            number += 1
        }
        return name
    }

    /// Keeps ASCII letters, digits, `-` and `_`, and replaces every run of other characters by one underscore.
    static func clean(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                bytes.append(byte)
            default: if bytes.last != UInt8(ascii: "_") { bytes.append(UInt8(ascii: "_")) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
