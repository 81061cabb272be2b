/// A data element's tag: group and element, as in (0020,0032).
struct DICOMTag: Hashable, Comparable {
    let number: UInt32

    init(_ group: UInt16, _ element: UInt16) { number = UInt32(group) << 16 | UInt32(element) }
    init(number: UInt32) { self.number = number }

    var group: UInt16 { UInt16(number >> 16) }
    static func < (a: DICOMTag, b: DICOMTag) -> Bool { a.number < b.number }

    static let transferSyntax = DICOMTag(0x0002, 0x0010)
    static let item = DICOMTag(0xfffe, 0xe000)
    static let itemEnd = DICOMTag(0xfffe, 0xe00d)
    static let sequenceEnd = DICOMTag(0xfffe, 0xe0dd)
}

/// Reads the data elements of a header (DICOM PS3.5, 7.1), little-endian, outermost level only, up to a tag.
///
/// Sequences are skipped. Every offset is checked, so that malformed bytes end the reading and do not crash it.
struct DICOMElements {
    private let bytes: UnsafeRawBufferPointer
    private var at: Int
    private var isExplicit = true
    /// Whether the elements after group 2 have implicit value representations.
    private var followsImplicit = false

    /// Sequences nested deeper than this count as damage.
    private static let deepest = 16
    private static let undefined = 0xffff_ffff

    struct Element {
        let tag: DICOMTag
        let value: Range<Int>
    }

    /// - Returns: nil where there is neither a preamble nor a plausible first element.
    init?(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        if bytes.count >= 132, bytes[128..<132].elementsEqual("DICM".utf8) {
            at = 132
        } else if bytes.count >= 8, bytes[0] == 8 || bytes[0] == 2, bytes[1] == 0, bytes[3] == 0 {
            at = 0
            isExplicit = Self.isLetter(bytes[4]) && Self.isLetter(bytes[5])
        } else {
            return nil
        }
    }

    /// Byte ranges of the values of these tags; reading stops after the last of them.
    mutating func values(of wanted: Set<DICOMTag>) -> Outcome {
        guard let last = wanted.max() else { return .found([:]) }
        var found: [DICOMTag: Range<Int>] = [:]
        while let group = integer16(at), let number = integer16(at + 2) {
            if DICOMTag(UInt16(group), UInt16(number)) > last { return .found(found) }
            guard let element = next(depth: 0) else { return .damaged }
            if wanted.contains(element.tag) { found[element.tag] = element.value }
            if element.tag == .transferSyntax, let uid = use(syntax: text(element.value)) { return .unsupported(uid) }
        }
        return .damaged
    }

    enum Outcome {
        case found([DICOMTag: Range<Int>])
        case damaged
        /// The UID of a transfer syntax that cannot be read.
        case unsupported(String)
    }

    /// A value as text, without padding.
    func text(_ range: Range<Int>) -> String {
        let value = bytes[range].prefix { $0 != 0 }
        let start = value.drop { $0 == 0x20 }
        let trimmed = start.reversed().drop { $0 == 0x20 }.reversed()
        return String(decoding: Array(trimmed), as: UTF8.self)
    }

    func unsigned16(_ range: Range<Int>) -> Int? {
        range.count >= 2 ? Int(bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt16.self)) : nil
    }

    // MARK: -

    /// The syntax applies to the elements after group 2. Syntaxes that compress only pixels have explicit little-endian
    /// headers.
    /// - Returns: the UID if the syntax cannot be read.
    private mutating func use(syntax uid: String) -> String? {
        switch uid {
        case "1.2.840.10008.1.2": followsImplicit = true
        case "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99": return uid
        default: break
        }
        return nil
    }

    private mutating func next(depth: Int) -> Element? {
        guard let group = integer16(at), let number = integer16(at + 2) else { return nil }
        let tag = DICOMTag(UInt16(group), UInt16(number))
        if followsImplicit && group > 2 { isExplicit = false }
        at += 4
        let isDelimiter = tag.group == 0xfffe
        guard let length = isDelimiter ? integer32() : length() else { return nil }
        if length == Self.undefined {
            guard !isDelimiter, depth < Self.deepest else { return nil }
            let start = at
            guard skipItems(depth: depth + 1) else { return nil }
            return Element(tag: tag, value: start..<at)
        }
        guard length <= bytes.count - at else { return nil }
        defer { at += length }
        return Element(tag: tag, value: at..<at + length)
    }

    /// Reads the value representation, if it is explicit, and the length after a tag.
    private mutating func length() -> Int? {
        guard isExplicit else { return integer32() }
        guard at + 4 <= bytes.count, Self.isLetter(bytes[at]), Self.isLetter(bytes[at + 1]) else { return nil }
        if Self.longKinds.contains([bytes[at], bytes[at + 1]]) {
            at += 4
            return integer32()
        }
        guard let short = integer16(at + 2) else { return nil }
        at += 4
        return short
    }

    /// Value representations with a 32-bit length (PS3.5, table 7.1-1).
    private static let longKinds = Set(
        ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"].map { Array($0.utf8) })

    /// Skips the items of a sequence of undefined length.
    private mutating func skipItems(depth: Int) -> Bool {
        while let group = integer16(at), let number = integer16(at + 2) {
            let tag = DICOMTag(UInt16(group), UInt16(number))
            at += 4
            guard let length = integer32() else { return false }
            if tag == .sequenceEnd { return true }
            guard tag == .item else { return false }
            if length == Self.undefined {
                guard skipItem(depth: depth) else { return false }
            } else {
                guard length <= bytes.count - at else { return false }
                at += length
            }
        }
        return false
    }

    private mutating func skipItem(depth: Int) -> Bool {
        while let element = next(depth: depth) {
            if element.tag == .itemEnd { return true }
        }
        return false
    }

    private func integer16(_ offset: Int) -> Int? {
        offset + 2 <= bytes.count
            ? Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))) : nil
    }

    private mutating func integer32() -> Int? {
        guard at + 4 <= bytes.count else { return nil }
        defer { at += 4 }
        return Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) }
}
