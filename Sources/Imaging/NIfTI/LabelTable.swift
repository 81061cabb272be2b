/// One row of a Caret `LabelTable`: a label value and its name.
public struct LabelTableEntry: Sendable, Hashable {
    public let key: Int
    public let name: String

    public init(key: Int, name: String) { (self.key, self.name) = (key, name) }
}

extension NIfTIHeader {
    /// The label table of a header extension (`<LabelTable><Label Key="5" …><![CDATA[liver]]></Label>`), in its order;
    /// nil where there is none. Every listed class was examined, whether or not it has voxels.
    public var labelTable: [LabelTableEntry]? {
        extensions.lazy.compactMap { LabelTableParser.entries(in: $0.bytes) }.first
    }
}

/// Reads the `<Label>` elements of Caret's volume extension and nothing else of XML, in one pass.
enum LabelTableParser {
    static func entries(in bytes: [UInt8]) -> [LabelTableEntry]? {
        guard var rest = bytes.prefix(while: { $0 != 0 }).after("<LabelTable") else { return nil }
        rest = rest.before("</LabelTable") ?? rest
        var entries: [LabelTableEntry] = []
        while let element = rest.after("<Label ") {
            guard let attributes = element.before(">"), let content = element.after(">")?.before("</Label>"),
                let next = element.after("</Label>")
            else { break }
            let key = attributes.after("Key=\"")?.before("\"").flatMap { Int(String(decoding: $0, as: UTF8.self)) }
            if let key { entries.append(LabelTableEntry(key: key, name: name(content))) }
            rest = next
        }
        return entries
    }

    /// The table as XML in TotalSegmentator's form.
    static func xml(_ entries: [LabelTableEntry]) -> String {
        let labels = entries.map {
            "<Label Key=\"\($0.key)\" Red=\"1.0\" Green=\"1.0\" Blue=\"1.0\" Alpha=\"1\"><![CDATA[\($0.name)]]></Label>\n"
        }
        return
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?> <CaretExtension> <VolumeInformation Index=\"0\"> <LabelTable>\n"
            + labels.joined()
            + "</LabelTable> <VolumeType><![CDATA[Label]]></VolumeType> </VolumeInformation> </CaretExtension>"
    }

    private static func name(_ content: ArraySlice<UInt8>) -> String {
        let raw = content.after("<![CDATA[")?.before("]]>")
        let text = raw ?? entities.reduce(content) { $0.substituting($1.mark, by: $1.text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The ampersand last, so that its result is not substituted again.
    private static let entities: [(mark: StaticString, text: StaticString)] = [
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&"),
    ]
}

extension ArraySlice<UInt8> {
    fileprivate func after(_ mark: StaticString) -> Self? { range(of: mark).map { self[$0.upperBound...] } }
    fileprivate func before(_ mark: StaticString) -> Self? { range(of: mark).map { self[..<$0.lowerBound] } }

    fileprivate func substituting(_ mark: StaticString, by text: StaticString) -> Self {
        var (out, rest) = (Self(), self)
        while let found = rest.range(of: mark) {
            out += rest[..<found.lowerBound] + Array(text)
            rest = rest[found.upperBound...]
        }
        return out + rest
    }

    private func range(of mark: StaticString) -> Range<Int>? {
        let needle = Array(mark)
        return withUnsafeBytes { bytes in
            guard bytes.count >= needle.count else { return nil }
            for start in 0...bytes.count - needle.count
            where bytes[start] == needle[0] && bytes[start..<start + needle.count].elementsEqual(needle) {
                return startIndex + start..<startIndex + start + needle.count
            }
            return nil
        }
    }
}

extension [UInt8] {
    fileprivate init(_ text: StaticString) { self = text.withUTF8Buffer(Array.init) }
}
