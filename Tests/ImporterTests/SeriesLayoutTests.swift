import DICOM
import Domain
import FoundationEssentials
import Imaging
import Importers
import TestSupport
import Testing

/// A bare folder of DICOM slices is a dataset, and a map may name folders of slices as images.
@Suite struct SeriesLayoutTests {
    private static func rename(_ tree: Tree, _ folder: String) throws {
        for (index, name) in try FileManager.default.contentsOfDirectory(atPath: tree.path(folder)).sorted()
            .enumerated()
        {
            try tree.rename("\(folder)/\(name)", to: "\(folder)/IM\(index + 1)")
        }
    }

    @Test func aFolderOfSlicesOfAnyNameIsACase() throws {
        let tree = Tree()
        try tree.slices("scan")
        try Self.rename(tree, "scan")
        let layout = try LayoutRecogniser().recognise(tree.path("scan"))
        let list = try layout.cases()
        #expect(layout.name == .dicom && list.cases.map(\.name) == ["scan"] && list.findings.isEmpty)
        let found = try inspected(tree, at: "scan")
        #expect(found.image.grid.canonicalShape == Tree.shape && found.image.modality == .ct && found.labels.isEmpty)
    }

    @Test func seriesOfOneFolderAreToldApart() throws {
        let tree = Tree()
        for number in 1...2 {
            try tree.slices("scan", seed: number) { $0.number = number }
            for name in try FileManager.default.contentsOfDirectory(atPath: tree.path("scan"))
            where name.hasSuffix(".dcm") {
                try tree.rename("scan/\(name)", to: "scan/s\(number)_\(name.dropLast(4))")
            }
        }
        let layout = try LayoutRecogniser().recognise(tree.path("scan"))
        let list = try layout.cases()
        #expect(list.cases.map(\.name) == ["scan_series1", "scan_series2"] && list.refused.isEmpty)
        let inspector = CaseInspector(layout: layout, options: ImportOptions(), converted: Tree.converted)
        let digests = try list.cases.map { try inspector.inspect($0).image.file.sha256 }
        #expect(Set(digests).count == 2)
        #expect(try list.cases.map { try inspector.checksums(of: $0).files[0].sha256 } == digests)
    }

    @Test func foldersOfSeriesAreCasesOfTheirOwn() throws {
        let tree = Tree()
        try tree.slices("Anna/CT", seed: 1)
        try tree.slices("Bert/study/CT", seed: 2)
        try tree.slices("Bert/study/scout", seed: 3) { $0.missing = Set(1..<10) }
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["Anna_CT", "Bert_study_CT", "Bert_study_scout"])
    }

    @Test func aLocaliserInTheFolderIsNamed() throws {
        let tree = Tree()
        try tree.slices("scan", seed: 1)
        try tree.slices("scan/more", seed: 2) { $0.missing = Set(1..<10) }
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["scan"])
        #expect(list.findings.contains { $0.problem.contains("one slice") })
        #expect(try inspected(tree).image.grid.canonicalShape == Tree.shape)
    }

    /// A viewer stores labels in DICOM's order, to the left and the back.
    @Test func organsBesideTheSlicesAreLabels() throws {
        let tree = Tree()
        try tree.slices("scan")
        try tree.label("scan/liver.nii.gz", [(1, Boxes.liver)], on: Tree.grid("LPS"))
        try tree.label("scan/spleen.nii.gz", [(1, Boxes.spleen)], on: Tree.grid("LPS"))
        try tree.label("scan/plan.nii.gz", [(1, Boxes.spleen)])
        let found = try inspected(tree)
        #expect(found["liver"]?.region?.box == Boxes.liver && found["spleen"]?.region?.box == Boxes.spleen)
        #expect(try listed(tree).findings.contains { $0.problem.contains("scan/plan.nii.gz") })
    }

    private static func options(_ images: String, _ labels: String) throws -> ImportOptions {
        var options = ImportOptions()
        options.description = try DatasetMapFile.parse(
            "images: \(images)\nlabels: \(labels)\nvalues: {1: liver}\n", file: "m.yaml")
        options.map = options.description?.labels
        return options
    }

    @Test(arguments: ["\"{case}/dicom\"", "\"{case}/dicom/*\"", "\"{case}/dicom/{slice}.dcm\""])
    func aMapNamesFoldersOfSlices(images: String) throws {
        let tree = Tree()
        for (index, name) in ["a", "b"].enumerated() {
            try tree.slices("\(name)/dicom", seed: index)
            try tree.label("\(name)/seg.nii.gz", [(1, Boxes.liver)], on: Tree.grid("LPS"))
        }
        let options = try Self.options(images, "\"{case}/seg.nii.gz\"")
        let list = try listed(tree, options)
        #expect(list.cases.map(\.name) == ["a", "b"] && list.refused.isEmpty && list.findings.isEmpty, "\(list)")
        let found = try inspected(tree, options)
        #expect(found["liver"]?.region?.box == Boxes.liver && found.image.modality == .ct)
    }

    @Test func organFilesBesideSlicesByAMap() throws {
        let tree = Tree()
        try tree.slices("p1/CT")
        for (name, box) in [("liver", Boxes.liver), ("spleen", Boxes.spleen)] {
            try tree.label("p1/\(name).nii.gz", [(1, box)], on: Tree.grid("LPS"))
        }
        var options = ImportOptions()
        options.description = try DatasetMapFile.parse(
            "images: \"{patient}/CT\"\nlabels: \"{patient}/{organ}.nii.gz\"\n", file: "m.yaml")
        let found = try inspected(tree, options)
        #expect(found.files.name == "p1" && found.labels.map(\.status) == [.annotated, .annotated])
    }

    @Test func aGapAndASegmentationAreNamed() throws {
        let gap = Tree()
        try gap.slices("scan") { $0.missing = [4] }
        guard case .series(.unevenSlices)? = importError({ _ = try inspected(gap) }) else {
            Issue.record("accepted")
            return
        }
    }
}
