internal import Documents
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
        let text = try DatasetText.text(path, named: FilePath.name(of: path))
        return try parse(text, file: FilePath.name(of: path), ontology: ontology)
    }

    /// Parses a description; `file` is used in messages and as the release's default name.
    /// - Throws: `wrongLine`, `wrongLines`.
    public static func parse(
        _ text: String, file: String, ontology: Ontology = .standard
    ) throws(ImportError) -> DatasetMap {
        let reader = DatasetMapReader(file: file, ontology: ontology)
        let map = MapText(PlainText(text).text)
        for problem in map.problems { reader.problems.add(reader.wrong(line: problem.line, problem.problem)) }
        guard let root = map.root else {
            throw reader.problems.error(in: file) ?? reader.wrong(nil, "a map of keys is expected")
        }
        return try reader.map(root)
    }
}
