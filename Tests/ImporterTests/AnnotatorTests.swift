import Domain
import Imaging
import Importers
import Testing

/// Masks of single annotators beside a label: one file per instance, merged by organ.
@Suite struct AnnotatorTests {
    private static let kidneys = [
        VoxelBox(lower: Vector3(9, 3, 3), upper: Vector3(13, 8, 8)),
        VoxelBox(lower: Vector3(4, 3, 3), upper: Vector3(7, 8, 8)),
    ]
    /// Reaches out of the first kidney, as the cyst out of the second.
    private static let tumour = VoxelBox(lower: Vector3(11, 6, 4), upper: Vector3(15, 10, 7))
    private static let cyst = VoxelBox(lower: Vector3(4, 7, 5), upper: Vector3(6, 9, 6))
    private static let asked: ImportOptions = {
        var options = ImportOptions()
        options.annotators = true
        return options
    }()

    /// A case whose annotators each drew two kidneys, a tumour and a cyst; the second drew a wider tumour.
    private func tree(_ folder: String = "instances", label: String = "segmentation") throws -> Tree {
        let tree = Tree()
        let grid = try Tree.grid("IPL")
        try tree.image("case_00000/imaging.nii.gz", on: grid)
        try tree.label(
            "case_00000/\(label).nii.gz",
            [(1, Self.kidneys[0]), (1, Self.kidneys[1]), (3, Self.cyst), (2, Self.tumour)], on: grid)
        for annotation in 1...3 {
            for (number, kidney) in Self.kidneys.enumerated() {
                try draw(tree, "kidney", number + 1, annotation, kidney, folder)
            }
            try draw(tree, "tumor", 1, annotation, Self.tumour(annotation), folder)
            try draw(tree, "cyst", 1, annotation, Self.cyst, folder)
        }
        return tree
    }

    private static func tumour(_ annotation: Int) -> VoxelBox {
        VoxelBox(lower: tumour.lower, upper: tumour.upper + Vector3(0, annotation == 2 ? 1 : 0, 0))
    }

    private func path(_ structure: String, _ number: Int, _ annotation: Int, _ folder: String = "instances") -> String {
        "case_00000/\(folder)/\(structure)_instance-\(number)_annotation-\(annotation).nii.gz"
    }

    private func draw(
        _ tree: Tree, _ structure: String, _ number: Int, _ annotation: Int, _ box: VoxelBox,
        _ folder: String = "instances"
    ) throws {
        try tree.label(path(structure, number, annotation, folder), [(1, box)], on: Tree.grid("IPL"))
    }

    private func voxels(_ drawing: InspectedDrawing) throws -> BitVolume {
        let mask = try #require(drawing.mask)
        return try MaskCodec.decode(mask.bytes, shape: Tree.shape, contentHash: mask.contentHash).foreground
    }

    private func merged(_ boxes: [VoxelBox]) -> BitVolume {
        var mask = BitVolume(Tree.shape)
        for box in boxes { mask.formUnion(BitVolume(Tree.shape, filling: box)) }
        return mask
    }

    @Test func anOrganConsistsOfItsInstancesAndLesions() throws {
        let found = try inspected(try tree(), Self.asked)
        #expect(found.drawn.annotators == ["annotation 1", "annotation 2", "annotation 3"])
        #expect(found.drawn.quarantined.isEmpty && found.findings.isEmpty, "\(found.findings)")
        #expect(found.drawn.drawings.count == 9)
        for drawing in found.drawn.drawings {
            let number = try #require(drawing.annotator.split(separator: " ").last.flatMap { Int($0) })
            let tumour = Self.tumour(number)
            let (boxes, files): ([VoxelBox], Int) =
                switch drawing.organ {
                case "kidney": (Self.kidneys + [tumour, Self.cyst], 4)
                case "kidney_tumour": ([tumour], 1)
                case "kidney_cyst": ([Self.cyst], 1)
                default: ([], 0)
                }
            #expect(try voxels(drawing) == merged(boxes), "\(drawing.annotator) \(drawing.organ)")
            #expect(drawing.files.count == files && drawing.origin == .expert && drawing.status == .annotated)
        }
        // The labels are what they are without the annotators.
        let plain = try inspected(try tree())
        #expect(found.labels.map(\.organ) == plain.labels.map(\.organ))
        #expect(found.labels.map(\.mask) == plain.labels.map(\.mask))
        #expect(found.checksums.files.count == 14 && plain.checksums.files.count == 2)
    }

    @Test func withoutTheOptionTheirFilesAreNotRead() throws {
        let tree = try tree()
        try tree.write("no volume", to: path("cyst", 1, 2))
        let found = try inspected(tree)
        #expect(found.drawn.annotators.isEmpty && found.drawn.drawings.isEmpty && found.drawn.quarantined.isEmpty)
        let finding = try #require(try listed(tree).findings.first)
        #expect(finding.remedy.contains("--annotators"))
        #expect(try listed(tree, Self.asked).findings.isEmpty)
    }

    /// KiTS23 has its instances as doubles.
    @Test func instancesMayBeDoubles() throws {
        let tree = try tree()
        let grid = try Tree.grid("RAS")
        let floats = Tree.voxels([(1, Self.cyst)], grid.canonicalShape).map(Float.init)
        let file = path("cyst", 1, 1)
        try NIfTIWriter.write(.float32(VoxelBuffer(floats)), on: grid, to: tree.path("double.nii"))
        var bytes = try Array(tree.bytes(of: "double.nii").prefix(352))
        bytes.replaceSubrange(70..<74, with: [64, 0, 64, 0])
        for value in floats {
            withUnsafeBytes(of: Double(value).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        }
        try tree.write(bytes, to: String(file.dropLast(3)))
        try tree.remove(file)
        let found = try inspected(tree, Self.asked)
        let cyst = try #require(
            found.drawn.drawings.first { $0.organ == "kidney_cyst" && $0.annotator == "annotation 1" })
        #expect(try voxels(cyst) == merged([Self.cyst]))
    }

    @Test(arguments: [
        ("truncated", "kidney_instance-2"), ("grid", "cyst"), ("values", "tumor"), ("fractions", "kidney_instance-1"),
        ("link", "cyst"),
    ])
    func aBadFileQuarantinesItsAnnotatorOnly(_ what: String, _ name: String) throws {
        let tree = try tree()
        let file = "case_00000/instances/\(name.contains("_") ? name : name + "_instance-1")_annotation-2.nii.gz"
        switch what {
        case "truncated": try tree.write(Array(tree.bytes(of: file).prefix(60)), to: file)
        case "grid": try tree.label(file, [(1, Self.cyst)], on: Tree.grid("IPL", shift: Vector3(4, 0, 0)))
        case "values": try tree.label(file, [(1, Self.cyst), (2, Self.tumour)], on: Tree.grid("IPL"))
        case "fractions":
            let half = [Float](repeating: 0.5, count: Tree.shape.count)
            try NIfTIWriter.write(.float32(VoxelBuffer(half)), on: Tree.grid("IPL"), to: tree.path(file))
        default:
            try tree.remove(file)
            try tree.link(file, to: "/etc/hostname")
        }
        let found = try inspected(tree, Self.asked)
        #expect(found.drawn.annotators == ["annotation 1", "annotation 3"])
        #expect(Set(found.drawn.drawings.map(\.annotator)) == ["annotation 1", "annotation 3"])
        #expect(found.labels.count == 3, "the dataset's label is imported")
        let quarantined = try #require(found.drawn.quarantined.first)
        #expect(found.drawn.quarantined.count == 1 && quarantined.annotator == "annotation 2")
        #expect(quarantined.error.file.hasSuffix(file), "\(quarantined.error)")
        #expect(!found.checksums.files.contains { $0.file.path.contains("annotation-2") })
    }

    /// An organ of which the annotator lacks an instance is neither absent nor smaller, but not recorded.
    @Test func organsWithAMissingInstanceAreNotRecorded() throws {
        let tree = try tree()
        try tree.remove(path("cyst", 1, 3))
        try tree.remove(path("kidney", 2, 1))
        let found = try inspected(tree, Self.asked)
        let recorded = Dictionary(grouping: found.drawn.drawings, by: \.annotator).mapValues { Set($0.map(\.organ)) }
        #expect(recorded["annotation 1"] == ["kidney_tumour", "kidney_cyst"])
        #expect(recorded["annotation 2"] == ["kidney", "kidney_tumour", "kidney_cyst"])
        #expect(recorded["annotation 3"] == ["kidney_tumour"])
        #expect(found.drawn.annotators.count == 3 && found.drawn.quarantined.isEmpty)
        #expect(found.findings.count == 2 && found.kinds == [.scope])
        #expect(found.findings[0].problem.contains("kidney 2") && found.findings[1].problem.contains("cyst 1"))
    }

    @Test func theEarlierReleaseHasThemInAnotherFolderWithVessels() throws {
        let tree = try tree("segmentations", label: "aggregated_MAJ_seg")
        for structure in ["ureter", "artery", "vein"] { try draw(tree, structure, 1, 1, Self.cyst, "segmentations") }
        let layout = try LayoutRecogniser(options: Self.asked).recognise(tree.root)
        #expect(layout.release == "kits21")
        let list = try layout.cases()
        #expect(list.findings.map(\.kind) == [.classUnknown])
        #expect(list.findings[0].problem.contains("artery, ureter, vein"), "\(list.findings)")
        let found = try CaseInspector(layout: layout, options: Self.asked).inspect(list.cases[0])
        #expect(found.drawn.drawings.count == 9 && found.drawn.quarantined.isEmpty)
        #expect(!found.checksums.files.contains { $0.file.path.contains("artery") })
    }

    @Test func otherAggregationsArePartsOfTheRelease() throws {
        let tree = try tree("segmentations", label: "aggregated_MAJ_seg")
        for name in ["AND", "OR"] {
            try tree.label("case_00000/aggregated_\(name)_seg.nii.gz", [(1, Boxes.spleen)], on: Tree.grid("IPL"))
        }
        let findings = try LayoutRecogniser().recognise(tree.root).cases().findings
        #expect(findings.count == 2 && findings.allSatisfy { $0.remedy.hasPrefix("none needed") }, "\(findings)")
        #expect(findings.contains { $0.problem.contains("aggregated_AND_seg, aggregated_OR_seg") })
    }

    @Test func waitingLabelsKeepTheirAnnotators() throws {
        let tree = try tree()
        try tree.remove("case_00000/imaging.nii.gz")
        let item = try #require(try listed(tree, Self.asked).waiting.first)
        #expect(item.annotators.map(\.instances.count) == [4, 4, 4])
        try tree.image("elsewhere.nii.gz", on: Tree.grid("IPL"))
        let whole = item.with(tree.file("elsewhere.nii.gz"))
        let layout = try LayoutRecogniser(options: Self.asked).recognise(tree.root)
        let found = try CaseInspector(layout: layout, options: Self.asked).inspect(whole)
        #expect(found.drawn.drawings.count == 9)
    }
}
