internal import Domain

/// The files of one annotator of a case, one per instance, beside the dataset's own label.
public struct AnnotatorFiles: Hashable, Sendable {
    /// Derived from the number in the file names, such as `annotation 2`.
    public let name: String
    /// Binary label files; each lists only the organs of which this annotator drew every instance.
    public let instances: [LabelFile]
    /// Warnings about the annotator's files.
    public let findings: [ImportFinding]
    /// Why the files cannot be used, as far as that is known before they are opened; nil where they can.
    public let problem: ImportError?

    /// Whether a file name has the form of an annotator's instance file.
    public static func has(_ path: String) -> Bool { InstanceFile(path) != nil }

    /// The annotators of a case, by number.
    ///
    /// An organ is recorded for an annotator only if the annotator has a file for every instance that any annotator
    /// drew. A missing file does not mean that the organ is absent, nor that the annotator saw no further instance.
    /// - Parameter organs: the organs that the voxels of a structure belong to; files of structures without organs are
    ///   skipped.
    static func all(
        _ files: [InstanceFile], in folder: DatasetFolder, organs: (String) -> [OrganKey]
    ) -> [AnnotatorFiles] {
        let known = files.filter { !organs($0.instance.structure).isEmpty }
        let drawn = Set(known.map(\.instance))
        return Dictionary(grouping: known, by: \.annotation).sorted { $0.key < $1.key }.map { number, own in
            let missing = drawn.subtracting(own.map(\.instance)).sorted()
            let incomplete = Set(missing.flatMap { organs($0.structure) })
            let name = "annotation \(number)"
            let findings =
                missing.isEmpty
                ? [] : [ImportFinding(missing: missing, incomplete.sorted(), of: name, file: own[0].path)]
            do throws(ImportError) {
                let instances = try own.map { file throws(ImportError) in
                    LabelFile(
                        file: try folder.file(file.path, role: "annotator's mask"),
                        reading: .oneClass(organs: organs(file.instance.structure).filter { !incomplete.contains($0) }))
                }
                return AnnotatorFiles(name: name, instances: instances, findings: findings, problem: nil)
            } catch {
                return AnnotatorFiles(name: name, instances: [], findings: [], problem: error)
            }
        }
    }
}

extension ImportFinding {
    /// Instances that other annotators drew in the case and this one did not.
    fileprivate init(missing: [InstanceFile.Instance], _ organs: [OrganKey], of name: String, file: String) {
        self.init(
            .scope, file: file,
            problem:
                "\(name) has no file for \(ImportError.list(missing.map(\.description))), but another annotator has; "
                + "its masks of " + ImportError.list(organs.map(\.rawValue)) + " are not recorded",
            remedy:
                "finish the download if the file should exist; a missing file does not mean that the organ is absent")
    }

    /// No case of the folder has files of single annotators.
    public init(noAnnotators folder: String) {
        self.init(
            .description, file: folder, problem: "--annotators: there are no masks of single annotators",
            remedy: "omit the option, or finish the download")
    }
}
