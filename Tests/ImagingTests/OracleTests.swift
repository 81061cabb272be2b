import Domain
import Imaging
import TestSupport
import Testing

/// A real file with what nibabel found in it.
struct OracleFile: Sendable, CustomTestStringConvertible {
    let name: String
    let path: String
    let expected: OracleEntry

    var testDescription: String { name }

    /// The files of a folder that its `ORACLE.json` lists, by name; scalar volumes, or all others.
    static func all(in folder: String, scalar: Bool) throws -> [OracleFile] {
        try OracleEntry.all(in: folder).sorted { $0.key < $1.key }
            .filter { $0.value.isScalarVolume == scalar }
            .map { OracleFile(name: $0.key, path: "\(folder)/\($0.key)", expected: $0.value) }
    }
}

/// The committed files.
struct OracleTests {
    let reader = NIfTIReader()

    @Test(arguments: try OracleFile.all(in: RealData.committed, scalar: true))
    func aVolumeEqualsNibabels(file: OracleFile) throws { try OracleComparison(file).all() }

    @Test(arguments: try OracleFile.all(in: RealData.committed, scalar: false))
    func whatIsNoScalarVolumeIsRefusedByName(file: OracleFile) { OracleComparison(file).refusal() }

    @Test func declaredScopeIsRead() throws {
        let name = "wasserth__TotalSegmentator/tests/reference_files/example_seg_roi_subset.nii.gz"
        let labels = try reader.readLabels(RealData.path(name))
        #expect(labels.file.header.labelTable == [.init(key: 5, name: "liver"), .init(key: 90, name: "brain")])
        #expect(labels.regions.map(\.value) == [5])
    }

    private static let scan = "wasserth__TotalSegmentator/tests/reference_files/example_ct_sm.nii.gz"
    private static let sameScan = "MIC-DKFZ__nnUNet/nnunetv2/tests/example_data/example_ct_sm.nii.gz"

    @Test(.needsRealData(sameScan)) func oneScanUnderTwoNamesIsOneVolume() throws {
        let identities = try [Self.scan, Self.sameScan].map { try reader.readImage(RealData.path($0)).identity() }
        #expect(identities[0] == identities[1])
    }

    @Test(arguments: ["minimal.hdr", "minimal.img", "minimal.hdr.gz", "minimal2.hdr"])
    func pairsAndTheirPartnersAreFound(name: String) throws {
        let folder = RealData.path("Enet4__nifti-rs/resources")
        let whole = try reader.readImage("\(folder)/minimal.nii").identity()
        #expect(try reader.readImage("\(folder)/\(name)").identity() == whole)
    }
}

/// All files of the larger set.
@Suite(.needsLargerSet()) struct SharedOracleTests {
    @Test(arguments: try OracleFile.all(in: RealData.shared, scalar: true))
    func aVolumeEqualsNibabels(file: OracleFile) throws { try OracleComparison(file).all() }

    @Test(arguments: try OracleFile.all(in: RealData.shared, scalar: false))
    func whatIsNoScalarVolumeIsRefusedByName(file: OracleFile) { OracleComparison(file).refusal() }
}

/// Compares what the reader finds in a file with what nibabel found.
private struct OracleComparison {
    let path: String
    let expected: OracleEntry
    let reader = NIfTIReader()

    init(_ file: OracleFile) { (path, expected) = (file.path, file.expected) }

    func all() throws {
        try headerAndGrid()
        if let labels = expected.labels { try regions(labels) }
        if let low = expected.stored_min, let high = expected.stored_max, low < high { try range(low, high) }
    }

    func headerAndGrid() throws {
        let (header, grid, _) = try reader.readHeader(path)
        #expect(header.dimensions == expected.dim)
        #expect(header.type.rawValue == expected.datatype)
        #expect(header.voxelOffset == Int(expected.vox_offset ?? Double(header.voxelOffset)))
        #expect(header.qformCode == expected.qform_code && header.sformCode == expected.sform_code)
        #expect(header.extensions.count == expected.n_ext)
        #expect(grid.orientation.description == expected.axcodes)
        for row in 0..<3 {
            for column in 0..<4 {
                let found = column < 3 ? grid.affine.columns[column][row] : grid.affine.translation[row]
                #expect(abs(found - expected.affine[row][column]) < 2e-4, "row \(row) column \(column)")
            }
        }
    }

    func regions(_ labels: [String: OracleEntry.Region]) throws {
        let found = try reader.readLabels(path)
        #expect(found.file.digest.description == expected.sha256)
        #expect(Set(found.regions.map { "\($0.value)" }) == Set(labels.keys))
        for region in found.regions {
            guard let wanted = labels["\(region.value)"] else { continue }
            #expect(region.voxels == wanted.voxels, "label \(region.value)")
            #expect(abs(region.millilitres - wanted.ml) < 1e-3 + 1e-6 * wanted.ml, "label \(region.value)")
            #expect(found.grid.stored(region.box) == wanted.box, "label \(region.value)")
            for axis in 0..<3 {
                #expect(abs(region.centroid[axis] - wanted.centroid_world[axis]) < 2e-3, "label \(region.value)")
            }
            let mask = found.mask(of: [region.value])
            #expect(mask.population == wanted.voxels && mask.boundingBox == region.box, "label \(region.value)")
        }
    }

    func range(_ low: Double, _ high: Double) throws {
        let image = try reader.readImage(path)
        let header = image.file.header
        let (slope, intercept) = header.isScaled ? (header.slope, header.intercept) : (1, 0)
        #expect(abs(image.statistics.minimum - (low * slope + intercept)) < 1e-4)
        #expect(abs(image.statistics.maximum - (high * slope + intercept)) < 1e-4)
    }

    func refusal() {
        let error = #expect(throws: ImagingError.self) { try reader.readHeader(path) }
        switch error {
        case .unsupportedType(_, let code): #expect(code == expected.datatype)
        case .severalVolumes(_, let dimensions): #expect(dimensions == expected.dim)
        default: Issue.record("\(String(describing: error))")
        }
    }
}

extension OracleEntry {
    /// One volume of single numbers.
    var isScalarVolume: Bool { datatype != 128 && dim.dropFirst(3).allSatisfy { $0 == 1 } }
}

extension OracleEntry.Region {
    var box: VoxelBox {
        VoxelBox(lower: Vector3(bbox_lo), upper: Vector3(bbox_hi_incl) &+ Vector3(repeating: 1))
    }
}

extension ImageGrid {
    /// A canonical box in stored indices.
    func stored(_ box: VoxelBox) -> VoxelBox {
        var (lower, upper) = (Vector3<Int>.zero, Vector3<Int>.zero)
        for axis in 0..<3 {
            let (target, size) = (orientation.storedAxis[axis], canonicalShape[axis])
            let forward = orientation.direction[axis] > 0
            lower[target] = forward ? box.lower[axis] : size - box.upper[axis]
            upper[target] = forward ? box.upper[axis] : size - box.lower[axis]
        }
        return VoxelBox(lower: lower, upper: upper)
    }
}
