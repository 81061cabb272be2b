import Domain
import FoundationEssentials
import Glibc
import Imaging
import Importers
import TestSupport

/// A miniature dataset in a folder of its own, which goes with it.
final class Tree {
    let root: String

    static let shape = GridShape(16, 12, 10)
    static let affine = Affine.scaling(Vector3(2, 2, 2.5), origin: Vector3(-15, -11, -9))

    init() { root = DatasetPath.resolved(TestSupport.TemporaryFolder.make("tree")) }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func path(_ relative: String) -> String { root + "/" + relative }

    /// The path of a file whose folders exist.
    func place(_ relative: String) throws -> String {
        let folder = path(relative).split(separator: "/").dropLast().joined(separator: "/")
        try FileManager.default.createDirectory(atPath: "/" + folder, withIntermediateDirectories: true)
        return path(relative)
    }

    func write(_ text: String, to relative: String) throws { try write(Array(text.utf8), to: relative) }

    func write(_ bytes: [UInt8], to relative: String) throws {
        try Data(bytes).write(to: URL(filePath: try place(relative)))
    }

    func remove(_ relative: String) throws { try FileManager.default.removeItem(atPath: path(relative)) }

    func rename(_ relative: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: path(relative), toPath: try place(other))
    }

    func bytes(of relative: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path(relative)))) }

    func link(_ relative: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: try place(relative), withDestinationPath: target)
    }

    /// Overwrites bytes of an uncompressed file.
    func patch(_ relative: String, at offset: Int, _ new: [UInt8]) throws {
        var bytes = try bytes(of: relative)
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
        try write(bytes, to: relative)
    }

    static func grid(
        _ orientation: String = "RAS", shape: GridShape = shape, shift: Vector3<Double> = .zero, sform: Int = 1,
        qform: Int = 0
    ) throws -> ImageGrid {
        let moved = Affine(columns: affine.columns, translation: affine.translation + shift)
        guard let stored = Orientation(orientation) else { throw CocoaError(.formatting) }
        return ImageGrid(
            canonicalShape: shape, canonicalAffine: moved, storedAs: stored, sformCode: sform, qformCode: qform)
    }

    /// A body of rising values in air.
    func image(_ relative: String, on grid: ImageGrid? = nil, seed: Int = 0) throws {
        let grid = try grid ?? Self.grid()
        let shape = grid.canonicalShape
        let voxels = (0..<shape.count).map { i in
            let x = i % shape.x
            return x < 3 ? Int16(-1000) : Int16((i * 7 + seed) % 200 - 50)
        }
        try NIfTIWriter.write(.int16(VoxelBuffer(voxels)), on: grid, to: try place(relative))
    }

    /// Boxes of values, later ones over earlier ones.
    func label(
        _ relative: String, _ boxes: [(value: Int, box: VoxelBox)], on grid: ImageGrid? = nil,
        table: [LabelTableEntry]? = nil
    ) throws {
        let grid = try grid ?? Self.grid()
        let voxels = Self.voxels(boxes, grid.canonicalShape).map(UInt8.init)
        try NIfTIWriter.write(.uint8(VoxelBuffer(voxels)), on: grid, to: try place(relative), labelTable: table)
    }

    /// The same as a file of floating-point numbers.
    func floats(_ relative: String, _ boxes: [(value: Int, box: VoxelBox)]) throws {
        let grid = try Self.grid()
        let voxels = Self.voxels(boxes, grid.canonicalShape).map(Float.init)
        try NIfTIWriter.write(.float32(VoxelBuffer(voxels)), on: grid, to: try place(relative))
    }

    static func voxels(_ boxes: [(value: Int, box: VoxelBox)], _ shape: GridShape) -> [Int] {
        var voxels = [Int](repeating: 0, count: shape.count)
        for (value, box) in boxes {
            for z in box.lower.z..<box.upper.z {
                for y in box.lower.y..<box.upper.y {
                    for x in box.lower.x..<box.upper.x { voxels[shape.index(x, y, z)] = value }
                }
            }
        }
        return voxels
    }

    func file(_ relative: String) -> SourceFile { SourceFile(root: root, path: relative) }
}

/// Boxes in the miniature volume: liver to the patient's right, spleen to the left.
enum Boxes {
    static let liver = VoxelBox(lower: Vector3(9, 3, 4), upper: Vector3(15, 9, 9))
    static let tumour = VoxelBox(lower: Vector3(10, 4, 5), upper: Vector3(12, 6, 7))
    static let spleen = VoxelBox(lower: Vector3(3, 2, 4), upper: Vector3(6, 5, 8))

    /// Within the spleen.
    static let cyst = VoxelBox(lower: Vector3(4, 3, 5), upper: Vector3(5, 4, 7))

    static func count(_ box: VoxelBox) -> Int { box.size.x * box.size.y * box.size.z }
}

enum DatasetPath {
    static func resolved(_ path: String) -> String {
        guard let pointer = realpath(path, nil) else { return path }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

/// Recognises and lists a tree.
func listed(_ tree: Tree, _ options: ImportOptions = ImportOptions(), at path: String? = nil) throws -> CaseList {
    try LayoutRecogniser(options: options).recognise(path.map(tree.path) ?? tree.root).cases()
}

/// Recognises a tree and inspects its first case.
func inspected(
    _ tree: Tree, _ options: ImportOptions = ImportOptions(), at path: String? = nil
) throws -> InspectedCase {
    let layout = try LayoutRecogniser(options: options).recognise(path.map(tree.path) ?? tree.root)
    guard let files = try layout.cases().cases.first else { throw CocoaError(.fileNoSuchFile) }
    return try CaseInspector(layout: layout, options: options, converted: Tree.converted).inspect(files)
}

/// The import error that `body` ends with; nil where it ends well.
func importError(_ body: () throws -> Void) -> ImportError? {
    do {
        try body()
        return nil
    } catch {
        return error as? ImportError
    }
}

extension InspectedCase {
    subscript(organ: OrganKey) -> InspectedLabel? { labels.first { $0.organ == organ } }
    var kinds: Set<ImportFinding.Kind> { Set(findings.map(\.kind)) }
}
