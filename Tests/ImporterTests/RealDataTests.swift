import Domain
import Imaging
import Importers
import TestSupport
import Testing

/// Real files against values that nibabel computed.
@Suite struct RealDataTests {
    private static let reference = "wasserth__TotalSegmentator/tests/reference_files/"
    private static let other = "MIC-DKFZ__nnUNet/nnunetv2/tests/example_data/"
    private static let groundTruth = "modaresimr__evalseg/derived_nifti/GroundTruth/"

    private func inspect(_ path: String, _ options: ImportOptions) throws -> InspectedCase {
        let layout = try LayoutRecogniser(options: options).recognise(path)
        let list = try layout.cases()
        #expect(list.cases.count == 1 && list.refused.isEmpty)
        let files = try #require(list.cases.first)
        return try CaseInspector(layout: layout, options: options).inspect(files)
    }

    private func expect(_ label: InspectedLabel?, is oracle: OracleEntry.Region?) throws {
        let (region, oracle) = (try #require(label?.region), try #require(oracle))
        #expect(label?.status == .annotated)
        #expect(region.voxels == oracle.voxels)
        #expect(abs(region.millilitres - oracle.ml) < 1e-3 * oracle.ml)
        let offset = region.centroid - Vector3(oracle.centroid_world)
        #expect((offset * offset).sum().squareRoot() < 0.01)
    }

    @Test func aDeclaredScopeTellsAbsentFromUnlabelled() throws {
        let options = ImportOptions(images: RealData.path(Self.reference + "example_ct_sm.nii.gz"))
        let path = Self.reference + "example_seg_roi_subset.nii.gz"
        let found = try inspect(RealData.path(path), options)
        let oracle = try OracleEntry.of(path)
        #expect(found.labels.map(\.organ) == ["liver", "brain"])
        try expect(found["liver"], is: oracle.labels?["5"])
        #expect(found["brain"]?.status == .absent)
        #expect(found.checksums.files[1].sha256.description == oracle.sha256)
        #expect(found.checksums.files[1].bytes == oracle.bytes)
        #expect(found.files.name == "example_ct_sm")
    }

    @Test(.needsRealData(reference + "example_seg_fast")) func oneFileAClassAgreesWithTheOracle() throws {
        let options = ImportOptions(images: RealData.path(Self.reference + "example_ct_sm.nii.gz"))
        let found = try inspect(RealData.path(Self.reference + "example_seg_fast"), options)
        #expect(found.labels.count == 117)
        for label in found.labels {
            let file = try OracleEntry.of(Self.reference + "example_seg_fast/\(label.organ).nii.gz")
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
        let options = ImportOptions(images: RealData.path(Self.reference + "example_ct_sm.nii.gz"))
        let found = try inspect(RealData.path(Self.reference + "example_seg.nii.gz"), options)
        let oracle = try OracleEntry.of(Self.reference + "example_seg.nii.gz")
        #expect(found.labels.count == 117)
        #expect(found.labels.filter { $0.status == .annotated }.count == oracle.labels?.count)
        for label in found.labels where label.status == .annotated {
            try expect(label, is: oracle.labels?["\(label.values[0])"])
        }
    }

    @Test(.needsRealData(reference + "example_mr_sm.nii.gz")) func theMRTaskIsReadByItsNames() throws {
        let options = ImportOptions(images: RealData.path(Self.reference + "example_mr_sm.nii.gz"))
        let path = RealData.path(Self.reference + "example_seg_mr.nii.gz")
        let found = try inspect(path, options)
        let oracle = try OracleEntry.of(Self.reference + "example_seg_mr.nii.gz")
        let layout = try LayoutRecogniser(options: options).recognise(path)
        #expect(layout.release == "totalsegmentator-mr")
        #expect(found.files.modality == .mr && found.image.grid.orientation.description == "LPS")
        #expect(!found.kinds.contains(.classUnknown))
        for label in found.labels where label.status == .annotated {
            try expect(label, is: oracle.labels?["\(label.values[0])"])
        }
    }

    @Test(.needsRealData(other + "example_ct_sm.nii.gz")) func oneScanUnderTwoNamesIsOneVolume() throws {
        let map = LabelMap(release: "body", entries: [LabelMap.Entry(value: 1, name: "liver", organs: ["liver"])])
        let first = try inspect(
            RealData.path(Self.reference + "example_seg_roi_subset.nii.gz"),
            ImportOptions(images: RealData.path(Self.reference + "example_ct_sm.nii.gz")))
        let second = try inspect(
            RealData.path(Self.other + "example_ct_sm_T300_output.nii.gz"),
            ImportOptions(images: RealData.path(Self.other + "example_ct_sm.nii.gz"), map: map))
        #expect(first.image.identity == second.image.identity)
    }

    /// These label files come without their images, so an image is made on their grid.
    @Test(arguments: [
        ("uni-medical__SAM-Med3D/test_data/amos_val_toy_data/labelsVa/amos_0013.nii.gz", "amos22"),
        (groundTruth + "id88_btcv_0078_multiorgan8.nii.gz", "evalseg-task003"),
        ("niivue__niivue/packages/niivue/demos/images/torsoLabel.nii.gz", "torso-label"),
    ]) func expertLabelsAgreeWithTheOracle(path: String, release: String) throws {
        try expectAgreement(path, release)
    }

    @Test(
        .needsRealData(
            groundTruth + "id45_btcv_0002_multiorgan8.nii.gz", groundTruth + "id50_btcv_0007_multiorgan8.nii.gz"),
        arguments: ["id45_btcv_0002_multiorgan8.nii.gz", "id50_btcv_0007_multiorgan8.nii.gz"])
    func moreExpertLabelsAgreeWithTheOracle(name: String) throws {
        try expectAgreement(Self.groundTruth + name, "evalseg-task003")
    }

    private func expectAgreement(_ path: String, _ release: String) throws {
        let tree = Tree()
        let grid = try NIfTIReader().readHeader(RealData.path(path)).grid
        try tree.image("made.nii.gz", on: grid)
        let map = try #require(LabelMap.standard(release))
        let found = try inspect(RealData.path(path), ImportOptions(images: tree.path("made.nii.gz"), map: map))
        let oracle = try OracleEntry.of(path)
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
        let folder = RealData.path("open-edge-platform__datumaro/tests/assets/brats_dataset")
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
