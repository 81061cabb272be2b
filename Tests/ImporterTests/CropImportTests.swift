import Domain
import Foundation
import Imaging
import Importers
import TestSupport
import Testing

/// Labels that cover a part of their image's grid, as viewers save them.
@Suite struct CropImportTests {
    private static let box = VoxelBox(lower: Vector3(8, 2, 3), upper: Vector3(16, 10, 10))

    /// A case of BTCV whose label was cropped to a box that contains the liver and not the spleen.
    private func tree(shift: Double = 0, as orientation: String = "RAS") throws -> Tree {
        let tree = Tree()
        try tree.image("RawData/Training/img/img0001.nii.gz")
        let all = Tree.voxels([(6, Boxes.liver), (1, Boxes.spleen)], Tree.shape)
        var voxels: [UInt8] = []
        for z in Self.box.lower.z..<Self.box.upper.z {
            for y in Self.box.lower.y..<Self.box.upper.y {
                for x in Self.box.lower.x..<Self.box.upper.x { voxels.append(UInt8(all[Tree.shape.index(x, y, z)])) }
            }
        }
        let first = Tree.affine.world(Vector3((0..<3).map { Double(Self.box.lower[$0]) + ($0 == 0 ? shift : 0) }))
        let grid = ImageGrid(
            canonicalShape: Self.box.shape, canonicalAffine: Affine(columns: Tree.affine.columns, translation: first),
            storedAs: try #require(Orientation(orientation)))
        try NIfTIWriter.write(
            .uint8(VoxelBuffer(voxels)), on: grid, to: try tree.place("RawData/Training/label/label0001.nii.gz"))
        return tree
    }

    private func accepting(_ text: String) throws -> ImportOptions {
        var options = ImportOptions()
        options.accepted = [try #require(Acceptance(text))]
        return options
    }

    @Test func aCropIsQuarantinedAndNamed() throws {
        let tree = try tree()
        let error = try #require(importError { _ = try inspected(tree) })
        #expect(error.quarantines)
        #expect(
            error.problem.contains("16x12x10") && error.problem.contains("8x8x7") && error.problem.contains("a crop"))
        #expect(error.remedy.contains("full extent") && error.remedy.contains("--accept crop"))
        #expect(importError { _ = try inspected(tree, accepting("crop:other")) }?.quarantines == true)
    }

    @Test(arguments: ["RAS", "LPS"]) func anAcceptedCropIsKnownOnlyThere(orientation: String) throws {
        let found = try inspected(try tree(as: orientation), try accepting("crop"))
        let liver = try #require(found["liver"])
        #expect(liver.extent == Self.box && liver.status == .annotated)
        #expect(liver.region?.box == Boxes.liver && liver.region?.voxels == Boxes.count(Boxes.liver))
        #expect(found["spleen"] == nil, "the crop shows nothing of it")
        #expect(found.kinds.contains(.scope))
    }

    @Test func aLabelBesideTheLatticeIsNoCrop() throws {
        let tree = try tree(shift: 0.4)
        let error = importError { _ = try inspected(tree, try accepting("crop")) }
        guard case .gridMismatch(_, _, .offLattice(let voxels, _, _))? = error else {
            Issue.record("the label's voxels are none of the image's")
            return
        }
        #expect(abs(voxels - 0.4) < 1e-3 && error?.problem.contains("beside") == true)
    }
}

/// Labels drawn on DICOM slices, in the axis order of DICOM.
@Suite struct SeriesLabelTests {
    private func tree(_ orientation: String, shift: Vector3<Double> = .zero) throws -> Tree {
        let tree = Tree()
        try tree.slices("PANCREAS_0001/study/series", seed: 4)
        try tree.label("labels/label0001.nii.gz", [(1, Boxes.tumour)], on: Tree.grid(orientation, shift: shift))
        return tree
    }

    /// Too few voxels for evidence: the order of the converter does not count against the label, and a person is asked to look.
    @Test(arguments: ["LPS", "RAS", "PIR"]) func theConvertersHandednessDoesNotCount(orientation: String) throws {
        let plain = try inspected(try tree("LAS"))
        let found = try inspected(try tree(orientation))
        #expect(found["pancreas"]?.mask?.contentHash == plain["pancreas"]?.mask?.contentHash)
        #expect(found.kinds.contains(.gridDiffers) && !plain.kinds.contains(.gridDiffers))
    }

    /// Scanners name slices as they like, often without an ending.
    @Test(arguments: ["IM", "1.2.840.113619.2.55.3.", "slice no. "]) func slicesMayHaveAnyName(stem: String) throws {
        let tree = try tree("LAS")
        let plain = try inspected(tree)
        let folder = tree.path("PANCREAS_0001/study/series")
        for (index, name) in try FileManager.default.contentsOfDirectory(atPath: folder).sorted().enumerated() {
            try FileManager.default.moveItem(atPath: "\(folder)/\(name)", toPath: "\(folder)/\(stem)\(index)")
        }
        try tree.write("scanner's notes", to: "PANCREAS_0001/study/series/README")
        let found = try inspected(tree)
        #expect(found.image.file.sha256 == plain.image.file.sha256)
        #expect(found["pancreas"]?.mask?.contentHash == plain["pancreas"]?.mask?.contentHash)
    }

    @Test func anotherPlaceIsStillAnotherPlace() throws {
        let tree = try tree("LPS", shift: Vector3(4, 0, 0))
        guard case .gridMismatch(_, _, .displaced)? = importError({ _ = try inspected(tree) }) else {
            Issue.record("two voxels apart")
            return
        }
    }
}
