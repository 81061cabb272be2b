import Domain
import Glibc
import Hashing
import Imaging
import Importers
import TestSupport
import Testing

@Suite struct InspectionTests {
    @Test func measuresAreThoseOfTheVoxels() throws {
        let tree = try Tree.btcv()
        let found = try inspected(tree)
        let spleen = try #require(found["spleen"]?.region)
        #expect(spleen.voxels == 36 && spleen.box == Boxes.spleen)
        #expect(abs(spleen.millilitres - 36 * 0.01) < 1e-9)
        let centre = Tree.affine.world(Vector3(4, 3, 5.5))
        #expect(((spleen.centroid - centre) * (spleen.centroid - centre)).sum() < 1e-9)
        #expect(found.image.grid.spacing == Vector3(2, 2, 2.5))
        #expect(found.labels.count == 13)
        #expect(found.labels.filter { $0.status == .absent }.count == 11)
        #expect(found.files.subject == "0001")
    }

    @Test func masksDecodeToTheVoxels() throws {
        let found = try inspected(Tree.decathlon())
        let encoded = try #require(found["liver_tumour"]?.mask)
        let mask = try MaskCodec.decode(encoded.bytes, shape: Tree.shape, contentHash: encoded.contentHash)
        let expected = Tree.voxels([(1, Boxes.tumour)], Tree.shape)
        #expect(expected.indices.allSatisfy { mask.foreground[$0] == (expected[$0] == 1) })
    }

    @Test(arguments: ["RAS", "LAS", "LPS", "PIR", "ASL"]) func storageOrderChangesNothing(orientation: String) throws {
        let plain = try inspected(Tree.btcv())
        let tree = Tree()
        let grid = try Tree.grid(orientation)
        try tree.image("img/img0001.nii.gz", on: grid, seed: 1)
        try tree.label("label/label0001.nii.gz", [(6, Boxes.liver), (1, Boxes.spleen)], on: grid)
        let found = try inspected(tree)
        #expect(found.image.identity == plain.image.identity)
        #expect(found.image.grid.orientation.description == orientation)
        for organ in [OrganKey("liver"), "spleen"] {
            #expect(found[organ]?.mask?.contentHash == plain[organ]?.mask?.contentHash)
            #expect(found[organ]?.region?.box == plain[organ]?.region?.box)
        }
        #expect(found.findings.isEmpty)
    }

    @Test func imageAndLabelMayBeStoredInDifferentOrders() throws {
        let tree = Tree()
        try tree.image("img/img0001.nii.gz", on: Tree.grid("RAS"))
        try tree.label("label/label0001.nii.gz", [(6, Boxes.liver)], on: Tree.grid("LPS", sform: 0, qform: 1))
        let found = try inspected(tree)
        #expect(found["liver"]?.region?.box == Boxes.liver)
    }

    @Test func wholeFloatsAreLabels() throws {
        let tree = try Tree.btcv()
        let voxels = Tree.voxels([(6, Boxes.liver)], Tree.shape).map(Float.init)
        try NIfTIWriter.write(
            .float32(VoxelBuffer(voxels)), on: Tree.grid(), to: tree.path("RawData/Training/label/label0001.nii.gz"))
        #expect(try inspected(tree)["liver"]?.region?.voxels == Boxes.count(Boxes.liver))
    }

    @Test func aSmallShiftIsReported() throws {
        let tree = Tree()
        try tree.image("img/img0001.nii.gz")
        try tree.label("label/label0001.nii.gz", [(6, Boxes.liver)], on: Tree.grid(shift: Vector3(0.4, 0, 0)))
        #expect(try inspected(tree).kinds == [.gridDiffers])
    }

    @Test func swappedSidesAreReported() throws {
        let tree = Tree()
        try tree.image("img/img0001.nii.gz")
        try tree.label("label/label0001.nii.gz", [(1, Boxes.liver), (6, Boxes.spleen)])
        let found = try inspected(tree)
        #expect(found.kinds == [.laterality])
        #expect(found.findings[0].problem.contains("liver is to the left of spleen"))
    }

    @Test func aCTWithoutAirIsReported() throws {
        let tree = try Tree.btcv()
        let voxels = (0..<Tree.shape.count).map { Int16($0 % 300) }
        try NIfTIWriter.write(
            .int16(VoxelBuffer(voxels)), on: Tree.grid(), to: tree.path("RawData/Training/img/img0001.nii.gz"))
        #expect(try inspected(tree).kinds == [.intensities])
    }

    @Test func aMissingOrientationIsReported() throws {
        let tree = Tree()
        try tree.image("img/img0001.nii", on: Tree.grid("LAS"))
        try tree.patch("img/img0001.nii", at: 254, [0, 0])
        #expect(try inspectImage(tree, "img/img0001.nii").kinds.contains(.noOrientation))
    }

    @Test func aModelsLabelsArePseudoAlsoWithoutVoxels() throws {
        let tree = try Tree.totalSegmentator()
        let found = try inspected(tree, ImportOptions(origin: .model))
        #expect(found["liver"]?.status == .pseudo && found["liver"]?.origin == .model)
        let gallbladder = try #require(found["gallbladder"])
        #expect(gallbladder.status == .pseudo && gallbladder.region == nil && gallbladder.mask?.voxels == 0)
    }

    @Test func onlyCompleteOrgansAreRecorded() throws {
        let found = try inspected(Tree.btcv(), ImportOptions(complete: ["liver", "gallbladder"]))
        #expect(found.labels.map(\.organ) == ["liver", "gallbladder"])
        #expect(found.labels.map(\.status) == [.annotated, .absent])
    }

    @Test func theCallersListOfOrgansMustBeKnown() throws {
        let tree = try Tree.btcv()
        let error = importError { _ = try listed(tree, ImportOptions(complete: ["liver", "warp_core"])) }
        #expect(error == .unknownOrgan(file: tree.root, organ: "warp_core"))
    }

    @Test func theCallerCanSetTheModality() throws {
        #expect(try inspected(Tree.btcv(), ImportOptions(modality: .mr)).image.modality == .mr)
    }

    @Test func checksumsAreOfTheBytesOnDisk() throws {
        let tree = try Tree.decathlon()
        let layout = try LayoutRecogniser().recognise(tree.root)
        let files = try layout.cases().cases[0]
        let inspector = CaseInspector(layout: layout, options: ImportOptions())
        let before = try inspector.checksums(of: files)
        #expect(before.files.map(\.file) == files.files)
        #expect(before.files[0].sha256 == SHA256.digest(of: try tree.bytes(of: "imagesTr/liver_0.nii.gz")))
        #expect(before.files[0].bytes == (try tree.bytes(of: "imagesTr/liver_0.nii.gz")).count)
        #expect(try inspector.inspect(files).checksums == before)
        try tree.label("labelsTr/liver_0.nii.gz", [(1, Boxes.spleen)])
        let after = try inspector.checksums(of: files)
        #expect(after.files[0] == before.files[0] && after.files[1] != before.files[1])
    }

    @Test(.needsOrdinaryUser()) func aFileWithoutPermissionIsRefusedWithTheReasonOfTheSystem() throws {
        let tree = try Tree.decathlon()
        let layout = try LayoutRecogniser().recognise(tree.root)
        let files = try layout.cases().cases[0]
        let inspector = CaseInspector(layout: layout, options: ImportOptions())
        let label = tree.path("labelsTr/liver_0.nii.gz")
        #expect(chmod(label, 0) == 0)
        let denied = ImportError.volume(.unreadable(file: label, code: EACCES))
        #expect(importError { _ = try inspector.inspect(files) } == denied)
        #expect(importError { _ = try inspector.checksums(of: files) } == denied)
        #expect(denied.problem.contains(String(cString: strerror(EACCES))))
    }

    @Test func theSameScanInTwoLayoutsIsOneVolume() throws {
        let decathlon = try inspected(Tree.decathlon())
        let btcv = try inspected(Tree.btcv())
        #expect(decathlon.image.identity == btcv.image.identity)
        #expect(decathlon.image.grid.canonicalShape == Tree.shape)
    }

    private func inspectImage(_ tree: Tree, _ path: String) throws -> InspectedCase {
        let other = try Tree.btcv()
        let layout = try LayoutRecogniser().recognise(other.root)
        let files = CaseFiles(name: "a", subject: "a", image: tree.file(path), modality: .ct, labels: [])
        return try CaseInspector(layout: layout, options: ImportOptions()).inspect(files)
    }
}
