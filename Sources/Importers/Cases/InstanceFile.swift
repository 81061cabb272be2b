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

    /// Nil for a file name of another form.
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
