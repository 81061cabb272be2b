public import Domain
internal import FoundationEssentials
internal import Yams

/// A description of one's own dataset, in YAML; all keys but the meaning of the values may be missing:
///
///     release: in-house-2024             # any name; the file's name where it is missing
///     images: scans/{case}/ct.nii.gz     # a glob, several, or {regex: "…(?<case>…)…"}
///     labels: masks/{case}.nii.gz
///     values:                            # or under labels, where the layout is recognised
///       1: liver                         # an organ's key, or any spelling the ontology knows
///       2: [liver_tumour, liver]         # a voxel that belongs to several
///       255: ignore                      # nobody looked at these voxels
///     case: "{case}"
///     subject: "{case}"
///     phase: "{phase}"                   # several images that share their labels
///     complete: [liver]                  # all, present, or the organs
///     origin: {default: expert, liver_tumour: model}
///     modality: CT
///     licence: {text: CC BY 4.0, source: our contract}
///
/// Values that a label file may hold and the map does not name are refused at import.
public enum DatasetMapFile {
    /// Reads the description at `path`.
    /// - Parameter ontology: the organs that it may name.
    /// - Throws: `unreadableFolder`, `wrongLine`.
    public static func read(_ path: String, ontology: Ontology = .standard) throws(ImportError) -> DatasetMap {
        guard let bytes = FileManager.default.contents(atPath: path) else { throw .unreadableFolder(path) }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return try parse(String(decoding: bytes, as: UTF8.self), file: name, ontology: ontology)
    }

    /// Reads a description; `file` is for messages and the release's default name.
    /// - Throws: `wrongLine`.
    public static func parse(
        _ text: String, file: String, ontology: Ontology = .standard
    ) throws(ImportError) -> DatasetMap {
        let reader = DatasetMapReader(file: file, ontology: ontology)
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch let error as YamlError {
            throw reader.wrong(line: error.line, "not valid YAML")
        } catch {
            throw reader.wrong(line: 1, "not valid YAML")
        }
        guard let root, root.mapping != nil else { throw reader.wrong(root, "a map of keys is expected") }
        return try reader.map(root)
    }
}

extension YamlError {
    fileprivate var line: Int {
        switch self {
        case .reader(_, _, _, _): 1
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        case .duplicatedKeysInMapping(_, let context): context.mark.line
        default: 1
        }
    }
}
