/// The names of the values of a label map, from a table of a viewer.
///
/// Lines are those of ITK-SNAP's label descriptions (`1 222 110 75 1 1 1 "liver"`), of 3D Slicer's colour tables
/// (`1 liver 222 110 75 255`), or `1,liver` and `1: liver`. Value 0 is the background. Empty lines and those that begin with `#` are
/// skipped, and so is a first line of column titles.
package struct LabelValueTable: Hashable, Sendable {
    /// Path of the file, for messages.
    let file: String
    /// In the order of the lines, without value 0.
    let names: [(value: Int, name: String)]

    /// - Throws: `WorkflowError` of kind `badInput` with the line, for a line of another form and a value that occurs twice.
    package init(_ text: String, file: String) throws {
        var names: [(value: Int, name: String)] = []
        var seen: [Int: Int] = [:]
        var isFirst = true
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.filter { $0 != "\r" && $0 != "\u{feff}" }.trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            defer { isFirst = false }
            guard let entry = Self.entry(line) else {
                if isFirst, line.contains(",") { continue }
                throw Self.failure(file, number, "has no value with a name")
            }
            if let other = seen.updateValue(number, forKey: entry.value) {
                throw Self.failure(
                    file, number, "names the value \(entry.value) a second time, after line \(other + 1)")
            }
            if entry.value != 0 { names.append(entry) }
        }
        guard !names.isEmpty else {
            throw WorkflowError(
                .badInput, "the file names no value", file: file,
                remedy: "write a line such as 1,liver for each organ, or use the tables of lacuna mask export --all")
        }
        (self.file, self.names) = (file, names)
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.file == b.file && a.names.elementsEqual(b.names) { $0 == $1 }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(file)
        for entry in names { hasher.combine(entry.value) }
    }

    private static func entry(_ line: String) -> (value: Int, name: String)? {
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        guard let value = Int(digits), let next = line.dropFirst(digits.count).first, " ,:\t;".contains(next) else {
            return nil
        }
        let rest = String(line.dropFirst(digits.count + 1)).trimmed
        if rest.hasSuffix("\""), let opening = rest.dropLast().lastIndex(of: "\"") {
            let name = String(rest[rest.index(after: opening)...].dropLast()).trimmed
            return name.isEmpty ? nil : (value, name)
        }
        let separators: Set<Character> = next == " " || next == "\t" ? [" ", "\t"] : [",", ";"]
        guard let name = rest.split(whereSeparator: separators.contains).first.map({ String($0).trimmed }),
            !name.isEmpty, name.contains(where: \.isLetter)
        else { return nil }
        return (value, name)
    }

    private static func failure(_ file: String, _ line: Int, _ problem: String) -> WorkflowError {
        WorkflowError(
            .badInput, "line \(line + 1) \(problem)", file: file,
            remedy: "write a line such as 1,liver for each value, once")
    }
}

extension String {
    /// Without white space at both ends.
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
