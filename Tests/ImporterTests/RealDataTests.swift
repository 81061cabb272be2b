import Domain
import Imaging
import Importers
import Testing

/// Real files against values that another program computed.
@Suite struct RealDataTests {
    private static let reference = "wasserth__TotalSegmentator/tests/reference_files/"

    private func inspect(_ path: String, _ options: ImportOptions) throws -> InspectedCase {
        let layout = try LayoutRecogniser(options: options).recognise(path)
        let list = try layout.cases()
        #expect(list.cases.count == 1 && list.refused.isEmpty)
        let files = try #require(list.cases.first)
        return try CaseInspector(layout: layout, options: options).inspect(files)
    }

    private func expect(_ label: InspectedLabel?, is oracle: Oracle.File.Label?) throws {
        let (region, oracle) = (try #require(label?.region), try #require(oracle))
        #expect(label?.status == .annotated)
        #expect(region.voxels == oracle.voxels)
        #expect(abs(region.millilitres - oracle.ml) < 1e-3 * oracle.ml)
        let offset = region.centroid - Vector3(oracle.centroid_world)
        #expect((offset * offset).sum().squareRoot() < 0.01)
    }

    @Test func aDeclaredClassWithoutVoxelsIsAbsent() throws {
        guard let data = Oracle.folder() else { return }
        let options = ImportOptions(
            images: data + "/wasserth__TotalSegmentator/tests/reference_files/example_ct_sm.nii.gz")
        let path = Self.reference + "example_seg_roi_subset.nii.gz"
        let found = try inspect(data + "/" + path, options)
        let oracle = try #require(try Oracle.read(data).files[path])
        #expect(found.labels.map(\.organ) == ["liver", "brain"])
        try expect(found["liver"], is: oracle.labels?["5"])
        #expect(found["brain"]?.status == .absent)
        #expect(found.checksums.files[1].sha256.description == oracle.sha256)
        #expect(found.checksums.files[1].bytes == oracle.bytes)
        #expect(found.files.name == "example_ct_sm")
    }

    @Test func oneFilePerClassAgreesWithTheOracle() throws {
        guard let data = Oracle.folder() else { return }
        let options = ImportOptions(images: data + "/" + Self.reference + "example_ct_sm.nii.gz")
        let found = try inspect(data + "/" + Self.reference + "example_seg_fast", options)
        let oracle = try Oracle.read(data).files
        #expect(found.labels.count == 117)
        for label in found.labels {
            let file = try #require(oracle[Self.reference + "example_seg_fast/\(label.organ).nii.gz"])
            if file.labels?.isEmpty != false {
                #expect(label.status == .absent)
            } else {
                try expect(label, is: file.labels?["1"])
            }
        }
        #expect(found.labels.contains { $0.status == .absent })
        #expect(!found.kinds.contains(.laterality) && !found.kinds.contains(.classMissing))
    }

    @Test func aWholeTableAgreesWithTheOracle() throws {
        guard let data = Oracle.folder() else { return }
        let options = ImportOptions(images: data + "/" + Self.reference + "example_ct_sm.nii.gz")
        let found = try inspect(data + "/" + Self.reference + "example_seg.nii.gz", options)
        let oracle = try #require(try Oracle.read(data).files[Self.reference + "example_seg.nii.gz"])
        #expect(found.labels.count == 117)
        #expect(found.labels.filter { $0.status == .annotated }.count == oracle.labels?.count)
        for label in found.labels where label.status == .annotated {
            try expect(label, is: oracle.labels?["\(label.values[0])"])
        }
    }

    @Test func theMRTaskIsReadByItsNames() throws {
        guard let data = Oracle.folder() else { return }
        let options = ImportOptions(images: data + "/" + Self.reference + "example_mr_sm.nii.gz")
        let found = try inspect(data + "/" + Self.reference + "example_seg_mr.nii.gz", options)
        let oracle = try #require(try Oracle.read(data).files[Self.reference + "example_seg_mr.nii.gz"])
        let layout = try LayoutRecogniser(options: options).recognise(
            data + "/" + Self.reference + "example_seg_mr.nii.gz")
        #expect(layout.release == "totalsegmentator-mr")
        #expect(found.files.modality == .mr && found.image.grid.orientation.description == "LPS")
        #expect(!found.kinds.contains(.classUnknown))
        for label in found.labels where label.status == .annotated {
            try expect(label, is: oracle.labels?["\(label.values[0])"])
        }
    }

    @Test func oneScanUnderTwoNamesIsOneVolume() throws {
        guard let data = Oracle.folder() else { return }
        let map = LabelMap(release: "body", entries: [LabelMap.Entry(value: 1, name: "liver", organs: ["liver"])])
        let other = data + "/MIC-DKFZ__nnUNet/nnunetv2/tests/example_data/"
        let first = try inspect(
            data + "/" + Self.reference + "example_seg_roi_subset.nii.gz",
            ImportOptions(images: data + "/" + Self.reference + "example_ct_sm.nii.gz"))
        let second = try inspect(
            other + "example_ct_sm_T300_output.nii.gz", ImportOptions(images: other + "example_ct_sm.nii.gz", map: map))
        #expect(first.image.identity == second.image.identity)
    }

    /// These label files come without their images, so an image is made on their grid.
    @Test(arguments: [
        ("uni-medical__SAM-Med3D/test_data/amos_val_toy_data/labelsVa/amos_0013.nii.gz", "amos22"),
        ("modaresimr__evalseg/derived_nifti/GroundTruth/id45_btcv_0002_multiorgan8.nii.gz", "evalseg-task003"),
        ("modaresimr__evalseg/derived_nifti/GroundTruth/id50_btcv_0007_multiorgan8.nii.gz", "evalseg-task003"),
        ("modaresimr__evalseg/derived_nifti/GroundTruth/id88_btcv_0078_multiorgan8.nii.gz", "evalseg-task003"),
        ("niivue__niivue/packages/niivue/demos/images/torsoLabel.nii.gz", "torso-label"),
    ]) func expertLabelsAgreeWithTheOracle(path: String, release: String) throws {
        guard let data = Oracle.folder() else { return }
        let tree = Tree()
        let grid = try NIfTIReader().readHeader(data + "/" + path).grid
        try tree.image("made.nii.gz", on: grid)
        let map = try #require(LabelMap.standard(release))
        let found = try inspect(data + "/" + path, ImportOptions(images: tree.path("made.nii.gz"), map: map))
        let oracle = try #require(try Oracle.read(data).files[path])
        #expect(found.labels.count == map.organs.count)
        #expect(found.kinds.isEmpty)
        for label in found.labels {
            if let expected = oracle.labels?["\(label.values[0])"] {
                try expect(label, is: expected)
            } else {
                #expect(label.status == .absent && label.organ == "gallbladder")
            }
        }
    }

    @Test func aRealImageOfSeveralChannelsIsRefused() throws {
        guard let data = Oracle.folder() else { return }
        let folder = data + "/open-edge-platform__datumaro/tests/assets/brats_dataset"
        let tree = try Tree.totalSegmentator()
        let layout = try LayoutRecogniser().recognise(tree.root)
        let image = SourceFile(root: folder, path: "imagesTr/BRATS_001.nii.gz")
        let files = CaseFiles(name: "a", subject: "a", image: image, modality: .mr, labels: [])
        let error = importError { _ = try CaseInspector(layout: layout, options: ImportOptions()).inspect(files) }
        guard case .volume(.severalVolumes(_, dimensions: [1, 5, 2, 4]))? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
