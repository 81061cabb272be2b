/// One row of a Caret `LabelTable`: a label value and its name.
public struct LabelTableEntry: Sendable, Hashable {
    public let key: Int
    public let name: String

    public init(key: Int, name: String) { (self.key, self.name) = (key, name) }
}

extension NIfTIHeader {
    /// The label table that a header extension declares (`<LabelTable><Label Key="5" …><![CDATA[liver]]></Label>`),
    /// in its order; nil where there is none. It is the declared scope: classes listed were looked for, whether or
    /// not they have voxels.
    public var labelTable: [LabelTableEntry]? {
        extensions.lazy.compactMap { LabelTableParser.entries(in: $0.bytes) }.first
    }
}

/// Reads the `<Label>` elements of Caret's volume extension and nothing else of XML.
enum LabelTableParser {
    static func entries(in bytes: [UInt8]) -> [LabelTableEntry]? {
        let text = Substring(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        guard var rest = text.after("<LabelTable") else { return nil }
        rest = rest.before("</LabelTable") ?? rest
        var entries: [LabelTableEntry] = []
        while let element = rest.after("<Label ") {
            guard let attributes = element.before(">"), let content = element.after(">")?.before("</Label>"),
                let next = element.after("</Label>")
            else { break }
            let key = attributes.after("Key=\"")?.before("\"").flatMap { Int($0) }
            if let key { entries.append(LabelTableEntry(key: key, name: name(content))) }
            rest = next
        }
        return entries
    }

    /// The table as TotalSegmentator writes it, for a file of our own.
    static func xml(_ entries: [LabelTableEntry]) -> String {
        let labels = entries.map {
            "<Label Key=\"\($0.key)\" Red=\"1.0\" Green=\"1.0\" Blue=\"1.0\" Alpha=\"1\"><![CDATA[\($0.name)]]></Label>\n"
        }
        return
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?> <CaretExtension> <VolumeInformation Index=\"0\"> <LabelTable>\n"
            + labels.joined()
            + "</LabelTable> <VolumeType><![CDATA[Label]]></VolumeType> </VolumeInformation> </CaretExtension>"
    }

    private static func name(_ content: Substring) -> String {
        if let raw = content.after("<![CDATA[")?.before("]]>") { return String(raw) }
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")]
        return entities.reduce(String(content)) { text, entity in
            var (out, rest) = ("", Substring(text))
            while let tail = rest.after(entity.0), let head = rest.before(entity.0) {
                out += head + entity.1
                rest = tail
            }
            return out + rest
        }
    }
}

extension Substring {
    fileprivate func after(_ mark: String) -> Substring? { range(of: mark).map { self[$0.upperBound...] } }
    fileprivate func before(_ mark: String) -> Substring? { range(of: mark).map { self[..<$0.lowerBound] } }

    private func range(of mark: String) -> Range<Index>? {
        let (hay, needle) = (utf8, Array(mark.utf8))
        var start = hay.startIndex
        while start < hay.endIndex {
            if hay[start] == needle[0], hay[start...].starts(with: needle) {
                return start..<hay.index(start, offsetBy: needle.count)
            }
            start = hay.index(after: start)
        }
        return nil
    }
}
