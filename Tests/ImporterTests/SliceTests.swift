import DICOM
import Domain
import Drawing
import Foundation
import Imaging
import Importers
import Phantoms
import TestSupport
import Testing

/// Images as folders of DICOM slices, labels as NIfTI or as folders of pictures.
@Suite struct SliceTests {
    @Test func labelSlicesHaveTheGridOfTheirImage() throws {
        let found = try inspected(try Tree.chaos())
        let liver = try #require(found["liver"]?.region)
        #expect(liver.voxels == Boxes.count(Boxes.liver) && liver.box == Boxes.liver)
        let middle = Vector3((0..<3).map { Double(Boxes.liver.lower[$0] + Boxes.liver.upper[$0] - 1) / 2 })
        let centre = Tree.affine.world(middle)
        #expect((0..<3).allSatisfy { abs(liver.centroid[$0] - centre[$0]) < 1e-3 })
        #expect(found.image.series != nil && found.checksums.files.count == 2)
    }

    @Test func slicesAndFilesOfOneScanAreOneVolume() throws {
        let tree = Tree()
        try tree.slices("a/PANCREAS_0001/study/series", seed: 4)
        try tree.label("a/labels/label0001.nii.gz", [(1, Boxes.tumour)], on: Tree.grid("LAS"))
        try tree.image("b/PANCREAS_0001.nii.gz", seed: 4)
        try tree.label("b/labels/label0001.nii.gz", [(1, Boxes.tumour)])
        let (slices, file) = (try inspected(tree, at: "a"), try inspected(tree, at: "b"))
        #expect(slices.image.identity == file.image.identity)
        #expect(slices["pancreas"]?.mask?.contentHash == file["pancreas"]?.mask?.contentHash)
    }

    @Test func theLabelSelectsTheSeries() throws {
        let tree = Tree()
        try tree.slices("PANCREAS_0001/study/first", seed: 4)
        try tree.slices("PANCREAS_0001/study/second", seed: 9) { $0.missing = [0, 1] }
        try tree.label("labels/label0001.nii.gz", [(1, Boxes.tumour)], on: Tree.grid("LAS"))
        let found = try inspected(tree)
        #expect(found.image.grid.canonicalShape == Tree.shape)
        try tree.label("labels/label0001.nii.gz", [(1, Boxes.tumour)], on: Tree.grid(shape: GridShape(16, 12, 9)))
        guard case .series(.seriesUnclear(_, let candidates))? = importError({ _ = try inspected(tree) }) else {
            Issue.record("neither series has nine slices")
            return
        }
        #expect(candidates.count == 2)
    }

    @Test func labelSlicesMustBeAsManyAsImageSlices() throws {
        let tree = Tree()
        try tree.slices("CT/1/DICOM_anon")
        try tree.pictures("CT/1/Ground", Boxes.liver, count: 9)
        let error = try #require(importError { _ = try inspected(tree) })
        #expect(error.problem == "9 label slices for 10 image slices")
    }

    @Test func reversedLabelSlicesAreQuarantinedWithTheEvidence() throws {
        let grid = PhantomGrid(shape: GridShape(130, 112, 70), spacing: Vector3(2.8, 2.8, 4))
        let phantom = PhantomCase(seed: 3, number: 2, grid: grid)
        let values = phantom.labels(try #require(LabelMap.standard("btcv")))
        var liver = BitVolume(grid.shape)
        for (index, value) in values.enumerated() where value == 6 { liver[index] = true }
        let tree = Tree()
        let stack = DICOMStack(
            shape: grid.shape, spacing: grid.spacing, origin: grid.affine.translation, voxels: phantom.image)
        try stack.write(to: tree.path("CT/1/DICOM_anon"))
        try tree.pictures("CT/1/Ground", liver)
        let whole = try #require(try inspected(tree)["liver"]?.mask)
        #expect(whole.voxels == liver.population)

        try tree.pictures("CT/1/Ground", liver, areReversed: true)
        guard case .flipped(_, _, let proposal)? = importError({ _ = try inspected(tree) }) else {
            Issue.record("the reverse order was accepted")
            return
        }
        #expect(proposal.flip == .z && proposal.isStrong)
        var options = ImportOptions()
        options.accepted = [try #require(Acceptance("flip"))]
        #expect(try inspected(tree, options)["liver"]?.mask?.contentHash == whole.contentHash)
    }

    @Test func namesAndNumbersMustGiveOneOrder() throws {
        let tree = Tree()
        try tree.slices("CT/1/DICOM_anon")
        try tree.pictures("CT/1/Ground", Boxes.liver)
        let folder = tree.path("CT/1/DICOM_anon")
        try FileManager.default.moveItem(
            atPath: folder + "/i0000,0000b.dcm", toPath: folder + "/i0099,0000b.dcm")
        guard case .sliceOrder? = importError({ _ = try inspected(tree) }) else {
            Issue.record("the first slice has the last name")
            return
        }
    }

    @Test func aDamagedPictureAndOneOfAnotherSizeAreNamed() throws {
        let tree = Tree()
        try tree.slices("CT/1/DICOM_anon")
        try tree.pictures("CT/1/Ground", Boxes.liver)
        let picture = "CT/1/Ground/liver_GT_004.png"
        try tree.picture(GreyImage(width: 5, height: 4, pixels: Array(repeating: 0, count: 20)), picture)
        guard case .volume(.sliceSize(_, [5, 4], [16, 12]))? = importError({ _ = try inspected(tree) }) else {
            Issue.record("a picture of 5x4")
            return
        }
        try tree.write([0x89, 0x50, 0x4e, 0x47, 1, 2, 3], to: picture)
        #expect(importError { _ = try inspected(tree) }?.problem == "is not a PNG picture, or is damaged")
    }

    @Test func withoutACacheForConversionsSlicesAreRefused() throws {
        let tree = try Tree.chaos()
        let layout = try LayoutRecogniser().recognise(tree.root)
        let inspector = CaseInspector(layout: layout, options: ImportOptions())
        let error = try #require(importError { _ = try inspector.inspect(try layout.cases().cases[0]) })
        #expect(error.problem == "a folder of DICOM slices" && !error.remedy.isEmpty)
    }

    @Test func unchangedSlicesAreRecognisedWithoutConversion() throws {
        let tree = try Tree.chaos()
        let layout = try LayoutRecogniser().recognise(tree.root)
        let files = try #require(try layout.cases().cases.first)
        let found = try inspected(tree).checksums
        let inspector = CaseInspector(layout: layout, options: ImportOptions())
        #expect(try inspector.checksums(of: files, known: found.files[0].sha256) == found)
        let label = tree.path("Train_Sets/CT/1/Ground/liver_GT_003.png")
        try FileManager.default.removeItem(atPath: label)
        try FileManager.default.copyItem(atPath: tree.path("Train_Sets/CT/1/Ground/liver_GT_000.png"), toPath: label)
        #expect(try inspector.checksums(of: files, known: found.files[0].sha256) != found)
    }
}
