public import Domain
internal import FoundationEssentials
internal import Yams

/// A label map that the user writes, in YAML:
///
///     release: in-house-2024        # any name; the file's name where it is missing
///     labels:
///       1: liver                    # an organ's key, or any spelling the ontology knows
///       2: [liver_tumour, liver]    # a voxel that belongs to several
///
/// Values that a label file may hold and the map does not name are refused at import.
public enum LabelMapFile {
    /// Reads the map at `path`.
    /// - Throws: `unreadableFolder`, `unreadableDescription`, `unknownOrgan`.
    public static func read(_ path: String) throws(ImportError) -> LabelMap {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw .unreadableFolder(path) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return try parse(String(decoding: bytes, as: UTF8.self), file: name)
    }

    /// Reads a map; `file` is for messages and the release's default name.
    /// - Throws: `unreadableDescription`, `unknownOrgan`.
    public static func parse(_ text: String, file: String) throws(ImportError) -> LabelMap {
        let root: Node.Mapping?
        do {
            root = try compose(yaml: text)?.mapping
        } catch {
            throw .unreadableDescription(file: file, reason: "not valid YAML")
        }
        guard let root, let labels = root["labels"]?.mapping, !labels.isEmpty else {
            throw .unreadableDescription(file: file, reason: "the key labels, from values to organs, is missing")
        }
        var entries: [LabelMap.Entry] = []
        for (key, value) in labels { entries.append(try entry(key, value, file: file)) }
        let values = entries.map(\.value)
        guard Set(values).count == values.count else {
            throw .unreadableDescription(file: file, reason: "a value is named twice")
        }
        let stem = file.split(separator: ".").first.map(String.init) ?? file
        return LabelMap(release: root["release"]?.string ?? stem, entries: entries)
    }

    private static func entry(_ key: Node, _ value: Node, file: String) throws(ImportError) -> LabelMap.Entry {
        guard let number = key.int, number > 0 else {
            throw .unreadableDescription(
                file: file, reason: "the value \(key.string ?? "?") is not a whole number above 0")
        }
        let names = value.sequence?.compactMap(\.string) ?? value.string.map { [$0] } ?? []
        guard !names.isEmpty, !names.contains("") else {
            throw .unreadableDescription(file: file, reason: "the value \(number) has no organ")
        }
        let organs = try names.map { name throws(ImportError) in
            guard let organ = Ontology.standard.organ(named: name) else {
                throw .unknownOrgan(file: file, organ: name)
            }
            return organ.key
        }
        return LabelMap.Entry(value: number, name: names[0], organs: organs)
    }
}
