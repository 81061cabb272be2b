public import Domain
internal import System
internal import Yams

/// A description of one's own dataset, in YAML. All keys except the meaning of the values are optional:
///
///     release: in-house-2024             # any name; default: the file's name
///     images: scans/{case}/ct.nii.gz     # a glob, several, or {regex: "…(?<case>…)…"}
///     labels: masks/{case}.nii.gz
///     values:                            # or under labels, without images
///       1: liver                         # an organ's key, or any spelling in the ontology
///       2: [liver_tumour, liver]         # a voxel of several organs
///       255: ignored                     # voxels that were not examined; also ignore
///       9: background                    # voxels of no organ
///     background: [7, 8]                 # the same as lists
///     ignored: [254]
///     case: "{case}"
///     subject: "{case}"
///     phase: "{phase}"                   # several images that share their labels
///     complete: [liver]                  # all, present, or the organs
///     origin: {default: expert, liver_tumour: model}
///     modality: CT
///     licence: {text: CC BY 4.0, source: our contract}
///
/// Where each label file is named after its organ, `labels` has the part `{organ}`, and `values` may list file names, as in
/// `{Leber: liver, Dose: ignored}`. A label file with a value that the map does not list is refused at import.
public enum DatasetMapFile {
    /// Reads the description at `path`.
    /// - Parameter ontology: the organs and spellings that it may use.
    /// - Throws: `unusable` where the file cannot be read, `document` for text that is not UTF-8, `wrongLine`, `wrongLines`.
    public static func read(_ path: String, ontology: Ontology = .standard) throws(ImportError) -> DatasetMap {
        let text = try DatasetText.text(path, named: path)
        return try parse(text, file: FilePath.name(of: path), ontology: ontology)
    }

    /// Parses a description; `file` is used in messages and as the release's default name.
    /// - Throws: `wrongLine`, `wrongLines`.
    public static func parse(
        _ text: String, file: String, ontology: Ontology = .standard
    ) throws(ImportError) -> DatasetMap {
        let reader = DatasetMapReader(file: file, ontology: ontology)
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            let (line, problem) = error.location(in: text)
            throw reader.wrong(line: line, problem + Self.quoting(line, of: text))
        } catch {
            throw reader.wrong(line: 1, "not valid YAML")
        }
        guard let root, root.mapping != nil else { throw reader.wrong(root, "a map of keys is expected") }
        return try reader.map(root)
    }
}

extension DatasetMapFile {
    /// What to do where a pattern begins with a brace, which begins a map in YAML.
    fileprivate static func quoting(_ line: Int, of text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.indices.contains(line - 1),
            let match = lines[line - 1].firstMatch(of: /(?:[:,\[]|^\s*-)\s*(\{\w+(?::#)?\}[^\s"',\]]*)/)
        else { return "" }
        return "; write a pattern that begins with { in quotes, as in \"\(match.1)\""
    }
}

extension YamlError {
    /// The line of the error in `text`, from 1, and the problem.
    fileprivate func location(in text: String) -> (line: Int, problem: String) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let last = max(1, (lines.lastIndex { !$0.allSatisfy(\.isWhitespace) } ?? 0) + 1)
        switch self {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            // An error at the end of the file is reported where the unclosed element begins.
            guard mark.line > last else { return (mark.line, "not valid YAML: \(problem)") }
            let place = context.map { " \($0.text)" } ?? ""
            return (min(context?.mark.line ?? last, last), "not valid YAML: \(problem)\(place)")
        case .duplicatedKeysInMapping(let keys, let context):
            let key = keys.first ?? ""
            let line = Self.secondLine(of: key, in: lines, from: context.mark.line) ?? context.mark.line
            return (line, "not valid YAML: a duplicate key, \(key)")
        default: return (1, "not valid YAML")
        }
    }

    /// The line on which a key of a mapping occurs for the second time.
    /// - Parameter first: the line on which the mapping begins.
    private static func secondLine(of key: String, in lines: [Substring], from first: Int) -> Int? {
        let named = lines.indices.dropFirst(first - 1).filter { index in
            let line = lines[index].drop { $0 == " " }
            let quotes = line.first.map { "\"'".contains($0) } == true ? 1 : 0
            let rest = line.dropFirst(quotes)
            return rest.hasPrefix(key) && rest.dropFirst(key.count + quotes).drop { $0 == " " }.first == ":"
        }
        guard let one = named.first else { return nil }
        let indent = lines[one].prefix { $0 == " " }.count
        return named.dropFirst().first { index in lines[index].prefix { $0 == " " }.count == indent }.map { $0 + 1 }
    }
}
