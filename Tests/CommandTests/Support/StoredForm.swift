import Domain
import Foundation
import Imaging

/// Rewrites uncompressed NIfTI files in other forms.
enum StoredForm {
    /// Splits `STEM.nii` into `STEM.hdr` and `STEM.img`, and removes it.
    static func split(_ stem: String) throws {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: stem + ".nii")))
        var header = Array(bytes[..<348])
        header.replaceSubrange(108..<112, with: [0, 0, 0, 0])
        header[345] = UInt8(ascii: "i")
        try Data(header).write(to: URL(filePath: stem + ".hdr"))
        try Data(bytes[352...]).write(to: URL(filePath: stem + ".img"))
        try FileManager.default.removeItem(atPath: stem + ".nii")
    }

    /// Declares a fourth dimension of one.
    static func addDimension(_ path: String) throws {
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        bytes[40] = 4
        bytes.replaceSubrange(48..<50, with: [1, 0])
        try Data(bytes).write(to: URL(filePath: path))
    }
}

/// A CT with a liver and a spleen as files of nnU-Net, on any grid.
enum SmallDataset {
    static let shape = GridShape(24, 20, 12)
    static let liver = VoxelBox(lower: Vector3(14, 6, 4), upper: Vector3(20, 14, 10))
    static let spleen = VoxelBox(lower: Vector3(4, 5, 4), upper: Vector3(8, 9, 9))
    static let affine = Affine.scaling(Vector3(4, 4, 5), origin: Vector3(-40, -40, -30))

    /// A grid whose third axis leans by an angle to the front.
    static func leaning(degrees: Double) -> Affine {
        var columns = affine.columns
        columns[2].y = columns[2].z * tan(degrees * .pi / 180)
        return Affine(columns: columns, translation: affine.translation)
    }

    static var image: [Int16] {
        (0..<shape.count).map { index in
            let (x, y) = (index % shape.x, index / shape.x % shape.y)
            return (2..<22).contains(x) && (2..<18).contains(y) ? Int16(index * 7 % 90) : -1000
        }
    }

    static func mask(_ box: VoxelBox) -> BitVolume { BitVolume(shape, filling: box) }

    static var labels: [UInt8] {
        let (liver, spleen) = (mask(liver), mask(spleen))
        return (0..<shape.count).map { liver[$0] ? 1 : spleen[$0] ? 2 : 0 }
    }

    /// Writes `imagesTr/CASE_0000.nii`, `labelsTr/CASE.nii` and `dataset.json`, and returns the folder.
    @discardableResult
    static func write(
        _ name: String, cases: [String: Affine], in bench: Workbench, modality: String = "CT",
        image: [Int16] = image
    ) throws -> String {
        let folder = "\(bench.folder)/\(name)"
        for part in ["imagesTr", "labelsTr"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
        }
        for (offset, item) in cases.sorted(by: { $0.key < $1.key }).enumerated() {
            let grid = ImageGrid(shape: shape, affine: item.value)
            let voxels = image.map { $0 > -1000 ? $0 + Int16(offset) : $0 }
            try NIfTIWriter.write(
                .int16(VoxelBuffer(voxels)), on: grid, to: "\(folder)/imagesTr/\(item.key)_0000.nii")
            try NIfTIWriter.write(.uint8(VoxelBuffer(labels)), on: grid, to: "\(folder)/labelsTr/\(item.key).nii")
        }
        let description = """
            {"channel_names": {"0": "\(modality)"}, "labels": {"background": 0, "liver": 1, "spleen": 2},
             "numTraining": \(cases.count), "file_ending": ".nii"}
            """
        try description.write(toFile: "\(folder)/dataset.json", atomically: true, encoding: .utf8)
        return folder
    }
}
