internal import Domain
internal import Imaging

/// Writes the cases of one dataset into its folder.
struct PhantomWriter {
    let seed: UInt64
    let dataset: PhantomDataset
    let root: String
    private(set) var labelFiles = 0

    init(seed: UInt64, dataset: PhantomDataset, root: String) {
        (self.seed, self.dataset, self.root) = (seed, dataset, root)
    }

    /// Creates the folders.
    func begin() throws {
        switch dataset.layout {
        case .msd:
            for folder in ["imagesTr", "labelsTr", "imagesTs"] { try PhantomFolder.make("\(root)/\(folder)") }
        case .btcv:
            for folder in ["img", "label"] { try PhantomFolder.make("\(root)/RawData/Training/\(folder)") }
        case .totalSegmentator: try PhantomFolder.make(root)
        }
    }

    /// Writes a case's image and labels.
    /// - Returns: the image's path relative to the dataset's folder.
    mutating func write(_ phantom: PhantomCase, index: Int) throws -> String {
        switch dataset.layout {
        case .msd(let task, let lesions):
            let name = "\(task.caseName(index + 1)).nii.gz"
            let labels = Self.taskLabels(phantom, task, lesions: lesions)
            try write(image: phantom, to: "imagesTr/\(name)")
            try write(labels: labels, of: phantom, to: "labelsTr/\(name)")
            return "imagesTr/\(name)"
        case .btcv:
            let number = padded(index + 1, 4)
            guard let map = LabelMap.standard("btcv") else { preconditionFailure("a shipped label map") }
            try write(image: phantom, to: "RawData/Training/img/img\(number).nii.gz")
            try write(labels: phantom.labels(map), of: phantom, to: "RawData/Training/label/label\(number).nii.gz")
            return "RawData/Training/img/img\(number).nii.gz"
        case .totalSegmentator(let classes, _):
            let subject = Self.subjectName(index)
            try PhantomFolder.make("\(root)/\(subject)/segmentations")
            try write(image: phantom, to: "\(subject)/ct.nii.gz")
            for organ in classes where !isMissing(organ, index: index) {
                let path = "\(root)/\(subject)/segmentations/\(organ).nii.gz"
                try NIfTIWriter.write(mask: phantom.mask(of: organ), on: grid(of: phantom), to: path)
                labelFiles += 1
            }
            return "\(subject)/ct.nii.gz"
        }
    }

    /// Writes the dataset's description or table.
    func finish() throws {
        switch dataset.layout {
        case .msd(let task, let lesions):
            try PhantomFolder.write(taskDescription(task, lesions: lesions), to: "\(root)/dataset.json")
        case .btcv: break
        case .totalSegmentator: try PhantomFolder.write(metaTable, to: "\(root)/meta.csv")
        }
    }

    /// Whether the subject at `index` has no file of the class: for each class, the rounded share of the subjects that
    /// are first after a shuffle seeded by plan, dataset and class.
    func isMissing(_ organ: OrganKey, index: Int) -> Bool {
        guard case .totalSegmentator(_, let share) = dataset.layout else { return false }
        let stream = "\(dataset.name)/\(organ)".utf8.reduce(1_469_598_103_934_665_603 as UInt64) {
            ($0 ^ UInt64($1)) &* 1_099_511_628_211
        }
        var random = PhantomRandom(seed: seed, stream: stream)
        let order = Array(dataset.scans.indices).shuffled(using: &random)
        let count = Int((share * Double(order.count)).rounded())
        return order.prefix(count).contains(index)
    }

    // MARK: -

    private static func subjectName(_ index: Int) -> String { "s\(padded(index + 1, 4))" }

    private static func taskLabels(_ phantom: PhantomCase, _ task: PhantomTask, lesions: Bool) -> [UInt8] {
        guard let map = LabelMap.standard(task.release) else { preconditionFailure("a shipped label map") }
        let labels = phantom.labels(map)
        return lesions ? labels : labels.map { min($0, 1) }
    }

    private func grid(of phantom: PhantomCase) -> ImageGrid {
        ImageGrid(
            canonicalShape: phantom.grid.shape, canonicalAffine: phantom.grid.affine, storedAs: dataset.orientation,
            sformCode: dataset.transform == .qform ? 0 : 1, qformCode: dataset.transform == .sform ? 0 : 1)
    }

    private func write(image phantom: PhantomCase, to file: String) throws {
        let voxels: NIfTIWriter.Voxels =
            dataset.floatImages
            ? .float32(VoxelBuffer(phantom.image.map(Float.init))) : .int16(VoxelBuffer(phantom.image))
        try NIfTIWriter.write(
            voxels, on: grid(of: phantom), to: "\(root)/\(file)", compressionLevel: dataset.compressionLevel)
    }

    private mutating func write(labels: [UInt8], of phantom: PhantomCase, to file: String) throws {
        try NIfTIWriter.write(.uint8(VoxelBuffer(labels)), on: grid(of: phantom), to: "\(root)/\(file)")
        labelFiles += 1
    }

    private func taskDescription(_ task: PhantomTask, lesions: Bool) -> String {
        let cases = dataset.scans.indices.map { task.caseName($0 + 1) + ".nii.gz" }
        let training = cases.map { "    {\"image\": \"./imagesTr/\($0)\", \"label\": \"./labelsTr/\($0)\"}" }
        let labels = ["\"0\": \"background\"", "\"1\": \"\(task.rawValue)\""] + (lesions ? ["\"2\": \"cancer\""] : [])
        return """
            {
              "name": "\(task.folder.split(separator: "_").last ?? "")",
              "description": "Synthetic abdominal CT, no patient's image",
              "reference": "none",
              "licence": "CC0 1.0",
              "release": "1.0",
              "tensorImageSize": "3D",
              "modality": {"0": "CT"},
              "labels": {\(labels.joined(separator: ", "))},
              "numTraining": \(cases.count),
              "numTest": 0,
              "training": [
            \(training.joined(separator: ",\n"))
              ],
              "test": []
            }

            """
    }

    private var metaTable: String {
        let rows = dataset.scans.indices.map { index in
            "\(Self.subjectName(index));;;synthetic;ct abdomen;train"
        }
        return (["image_id;age;gender;institute;study_type;split"] + rows).joined(separator: "\n") + "\n"
    }
}
