import Domain
import Foundation
import Imaging

/// A small nnU-Net dataset: images of random values, and boxes as organs.
struct TinySet {
    static let shape = GridShape(20, 16, 12)
    static let liver = VoxelBox(lower: Vector3(11, 5, 4), upper: Vector3(17, 12, 10))
    static let spleen = VoxelBox(lower: Vector3(3, 5, 4), upper: Vector3(7, 9, 9))

    let path: String
    private let spacing: Vector3<Double>

    /// - Parameter organs: the declared organs; the first has value 1.
    init(
        _ name: String, _ organs: [String], spacing: Vector3<Double> = Vector3(2, 2, 2.5), modality: String = "CT",
        in bench: Workbench
    ) throws {
        path = "\(bench.folder)/\(name)"
        self.spacing = spacing
        for folder in ["imagesTr", "labelsTr"] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
        }
        let labels = (["background"] + organs).enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
        let json = """
            {"channel_names": {"0": "\(modality)"}, "labels": {\(labels)}, "numTraining": 1, "file_ending": ".nii.gz"}
            """
        try Data(json.utf8).write(to: URL(filePath: "\(path)/dataset.json"))
    }

    /// - Parameters:
    ///   - scan: equal for equal voxels.
    ///   - boxes: value and voxels.
    func add(_ name: String, scan: Int, _ boxes: [(Int, VoxelBox)]) throws {
        let grid = ImageGrid(canonicalShape: Self.shape, canonicalAffine: .scaling(spacing), storedAs: .ras)
        let image = (0..<Self.shape.count).map { i in
            i % Self.shape.x < 3 ? Int16(-1000) : Int16((i * 7 + scan * 31) % 200 - 50)
        }
        try NIfTIWriter.write(.int16(VoxelBuffer(image)), on: grid, to: "\(path)/imagesTr/\(name)_0000.nii.gz")
        var labels = [UInt8](repeating: 0, count: Self.shape.count)
        for (value, box) in boxes {
            let inside = BitVolume(Self.shape, filling: box)
            for index in labels.indices where inside[index] { labels[index] = UInt8(value) }
        }
        try NIfTIWriter.write(.uint8(VoxelBuffer(labels)), on: grid, to: "\(path)/labelsTr/\(name).nii.gz")
    }
}
