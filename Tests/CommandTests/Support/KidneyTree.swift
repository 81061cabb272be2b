import Domain
import Foundation
import Imaging

/// Two small KiTS23 cases: labels, and in the first case also the masks of three annotators.
///
/// The annotators' tumours are nested, so that the majority mask equals the second annotator's.
struct KidneyTree {
    static let shape = GridShape(24, 20, 12)
    static let kidneys = [
        VoxelBox(lower: Vector3(14, 8, 3), upper: Vector3(20, 14, 9)),
        VoxelBox(lower: Vector3(4, 8, 3), upper: Vector3(9, 14, 9)),
    ]
    static let cyst = VoxelBox(lower: Vector3(3, 9, 5), upper: Vector3(5, 11, 7))

    let path: String

    init(in bench: Workbench) throws {
        path = bench.folder + "/kits23"
        for (name, seed) in [("case_00000", 0), ("case_00001", 1)] {
            try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: true)
            try image("\(name)/imaging.nii.gz", seed: seed)
            let (kidneys, lesions) = (Self.kidneys.map { (1, $0) }, [(3, Self.cyst), (2, Self.tumour(2))])
            try label("\(name)/segmentation.nii.gz", kidneys + lesions)
        }
        try Data("[]".utf8).write(to: URL(filePath: "\(path)/kits23.json"))
        try FileManager.default.createDirectory(
            atPath: "\(path)/case_00000/instances", withIntermediateDirectories: true)
        for annotation in 1...3 { try draw(annotation) }
    }

    /// Extends out of the first kidney, further for higher numbers.
    static func tumour(_ annotation: Int) -> VoxelBox {
        VoxelBox(lower: Vector3(17, 10, 4), upper: Vector3(20 + annotation, 13, 7))
    }

    /// The voxels of an organ in all masks of an annotator.
    static func voxels(_ organ: String, _ annotation: Int) -> BitVolume {
        var voxels = BitVolume(shape)
        let boxes =
            switch organ {
            case "kidney": kidneys + [tumour(annotation), cyst]
            case "kidney_tumour": [tumour(annotation)]
            default: [cyst]
            }
        for box in boxes { voxels.formUnion(BitVolume(shape, filling: box)) }
        return voxels
    }

    static func file(_ structure: String, _ number: Int, _ annotation: Int) -> String {
        "case_00000/instances/\(structure)_instance-\(number)_annotation-\(annotation).nii.gz"
    }

    func draw(_ annotation: Int) throws {
        for (number, kidney) in Self.kidneys.enumerated() {
            try label(Self.file("kidney", number + 1, annotation), [(1, kidney)])
        }
        try label(Self.file("tumor", 1, annotation), [(1, Self.tumour(annotation))])
        try label(Self.file("cyst", 1, annotation), [(1, Self.cyst)])
    }

    func label(_ file: String, _ boxes: [(Int, VoxelBox)], shift: Double = 0) throws {
        var voxels = [Float](repeating: 0, count: Self.shape.count)
        for (value, box) in boxes {
            let inside = BitVolume(Self.shape, filling: box)
            for index in voxels.indices where inside[index] { voxels[index] = Float(value) }
        }
        try NIfTIWriter.write(.float32(VoxelBuffer(voxels)), on: try grid(shift: shift), to: "\(path)/\(file)")
    }

    func remove(_ file: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(file)") }

    func truncate(_ file: String) throws {
        let place = URL(filePath: "\(path)/\(file)")
        try Data(contentsOf: place).prefix(60).write(to: place)
    }

    private func image(_ file: String, seed: Int) throws {
        let voxels = (0..<Self.shape.count).map { i in
            i % Self.shape.x < 3 ? Int16(-1000) : Int16((i * 7 + seed) % 200 - 50)
        }
        try NIfTIWriter.write(.int16(VoxelBuffer(voxels)), on: try grid(), to: "\(path)/\(file)")
    }

    private func grid(shift: Double = 0) throws -> ImageGrid {
        guard let stored = Orientation("IPL") else { throw CocoaError(.formatting) }
        return ImageGrid(
            canonicalShape: Self.shape,
            canonicalAffine: .scaling(Vector3(2, 2, 2.5), origin: Vector3(-15 + shift, -11, -9)), storedAs: stored,
            sformCode: 1, qformCode: 0)
    }
}
