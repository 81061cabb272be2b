public import Domain

/// What one annotator drew in a case beside the label that holds: a file an instance.
public struct AnnotatorFiles: Hashable, Sendable {
    /// As the file names number it, such as `annotation 2`.
    public let name: String
    /// Each of one class, with those organs all of whose instances the annotator drew.
    public let instances: [LabelFile]
    /// What a person should know of the annotator's files.
    public let findings: [ImportFinding]
    /// Why none of them can be used, as far as that is known before they are opened.
    public let problem: ImportError?

    /// Whether a file is named as one of an annotator's.
    public static func has(_ path: String) -> Bool { InstanceFile(path) != nil }

    /// The annotators of a case, by number.
    ///
    /// An annotator says something of an organ where none of its instances is missing that anybody drew. What is missing says
    /// nothing: neither that the organ is absent, nor that the annotator saw no more of it.
    /// - Parameter organs: what the voxels of a structure belong to; files of structures without organs are passed over.
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

/// A file of one instance by one annotator, such as `tumor_instance-1_annotation-2.nii.gz`.
struct InstanceFile: Hashable, Sendable {
    /// One kidney, tumour or cyst of a case.
    struct Instance: Hashable, Sendable, Comparable, CustomStringConvertible {
        let structure: String
        let number: Int

        var description: String { "\(structure) \(number)" }

        static func < (one: Instance, other: Instance) -> Bool {
            (one.structure, one.number) < (other.structure, other.number)
        }
    }

    /// Relative to the dataset's folder.
    let path: String
    let instance: Instance
    let annotation: Int

    /// Nil for a file of another name.
    init?(_ path: String) {
        guard let name = path.split(separator: "/").last.map(String.init), SourceFile.isVolume(name) else { return nil }
        let parts = SourceFile.stem(of: name).split(separator: "_")
        guard parts.count == 3, let number = Self.number(parts[1], after: "instance-"),
            let annotation = Self.number(parts[2], after: "annotation-")
        else { return nil }
        (self.path, self.annotation) = (path, annotation)
        instance = Instance(structure: String(parts[0]), number: number)
    }

    private static func number(_ text: Substring, after prefix: String) -> Int? {
        text.hasPrefix(prefix) ? Int(text.dropFirst(prefix.count)) : nil
    }
}

extension ImportFinding {
    /// Instances that others drew in the case and this annotator did not.
    fileprivate init(missing: [InstanceFile.Instance], _ organs: [OrganKey], of name: String, file: String) {
        self.init(
            .scope, file: file,
            problem: "\(name) has no file of \(ImportError.list(missing.map(\.description))), which another has; "
                + "nothing of it is recorded of " + ImportError.list(organs.map(\.rawValue)),
            remedy:
                "finish the download if there should be one; that a file is missing says of no organ that it is absent")
    }

    /// No case has files of single annotators.
    public init(noAnnotators folder: String) {
        self.init(
            .description, file: folder, problem: "--annotators: no masks of single annotators lie beside the labels",
            remedy: "leave the option out, or finish the download")
    }
}
