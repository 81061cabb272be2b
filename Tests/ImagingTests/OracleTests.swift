import Domain
import Foundation
import Imaging
import Testing

/// nibabel's values of a real file; boxes and shapes in stored order.
struct OracleEntry: Decodable, Sendable {
    struct Region: Decodable, Sendable {
        let voxels: Int
        let ml: Double
        let bbox_lo: [Int]
        let bbox_hi_incl: [Int]
        let centroid_world: [Double]
    }

    let sha256: String
    let dim: [Int]
    let datatype: Int
    let vox_offset: Double?
    let qform_code: Int
    let sform_code: Int
    let affine: [[Double]]
    let axcodes: String
    let n_ext: Int
    let stored_min: Double?
    let stored_max: Double?
    let labels: [String: Region]?

    static func all() throws -> [(name: String, path: String, entry: OracleEntry)] {
        guard let path = SharedData.path("ORACLE.json", for: "real files against nibabel") else { return [] }
        struct File: Decodable { let files: [String: OracleEntry] }
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        return file.files.sorted { $0.key < $1.key }.map { ($0.key, "\(SharedData.folder)/\($0.key)", $0.value) }
    }
}

struct OracleTests {
    let reader = NIfTIReader()

    @Test func headersAndGridsEqualNibabels() throws {
        for (name, path, expected) in try OracleEntry.all() where expected.isScalarVolume {
            let (header, grid, _) = try reader.readHeader(path)
            #expect(header.dimensions == expected.dim, "\(name)")
            #expect(header.type.rawValue == expected.datatype, "\(name)")
            #expect(header.voxelOffset == Int(expected.vox_offset ?? Double(header.voxelOffset)), "\(name)")
            #expect(header.qformCode == expected.qform_code && header.sformCode == expected.sform_code, "\(name)")
            #expect(header.extensions.count == expected.n_ext, "\(name)")
            #expect(grid.orientation.description == expected.axcodes, "\(name)")
            for row in 0..<3 {
                for column in 0..<4 {
                    let found = column < 3 ? grid.affine.columns[column][row] : grid.affine.translation[row]
                    #expect(abs(found - expected.affine[row][column]) < 2e-4, "\(name) row \(row) column \(column)")
                }
            }
        }
    }

    @Test func labelsEqualNibabels() throws {
        for (name, path, expected) in try OracleEntry.all() where expected.isScalarVolume {
            guard let labels = expected.labels else { continue }
            let found = try reader.readLabels(path)
            #expect(found.file.digest.description == expected.sha256, "\(name)")
            #expect(Set(found.regions.map { "\($0.value)" }) == Set(labels.keys), "\(name)")
            for region in found.regions {
                guard let wanted = labels["\(region.value)"] else { continue }
                #expect(region.voxels == wanted.voxels, "\(name) label \(region.value)")
                #expect(abs(region.millilitres - wanted.ml) < 1e-3 + 1e-6 * wanted.ml, "\(name) label \(region.value)")
                #expect(found.grid.stored(region.box) == wanted.box, "\(name) label \(region.value)")
                for axis in 0..<3 {
                    #expect(abs(region.centroid[axis] - wanted.centroid_world[axis]) < 2e-3, "\(name) \(region.value)")
                }
                let mask = found.mask(of: [region.value])
                #expect(mask.population == wanted.voxels && mask.boundingBox == region.box, "\(name) \(region.value)")
            }
        }
    }

    @Test func imageRangesEqualNibabels() throws {
        for (name, path, expected) in try OracleEntry.all() where expected.isScalarVolume {
            guard let low = expected.stored_min, let high = expected.stored_max, low < high else { continue }
            let image = try reader.readImage(path)
            let header = image.file.header
            let (slope, intercept) = header.isScaled ? (header.slope, header.intercept) : (1, 0)
            #expect(abs(image.statistics.minimum - (low * slope + intercept)) < 1e-4, "\(name)")
            #expect(abs(image.statistics.maximum - (high * slope + intercept)) < 1e-4, "\(name)")
        }
    }

    @Test func otherFilesThanScalarVolumesAreRefused() throws {
        for (name, path, expected) in try OracleEntry.all() where !expected.isScalarVolume {
            let error = #expect(throws: ImagingError.self, "\(name)") { try reader.readHeader(path) }
            switch error {
            case .unsupportedType(_, let code): #expect(code == expected.datatype)
            case .severalVolumes(_, let dimensions): #expect(dimensions == expected.dim)
            default: Issue.record("\(name): \(String(describing: error))")
            }
        }
    }

    @Test func declaredScopeIsRead() throws {
        let name = "wasserth__TotalSegmentator/tests/reference_files/example_seg_roi_subset.nii.gz"
        guard let path = SharedData.path(name, for: "label table of a header extension") else { return }
        let labels = try reader.readLabels(path)
        #expect(labels.file.header.labelTable == [.init(key: 5, name: "liver"), .init(key: 90, name: "brain")])
        #expect(labels.regions.map(\.value) == [5])
    }

    @Test func oneScanUnderTwoNamesIsOneVolume() throws {
        let names = [
            "wasserth__TotalSegmentator/tests/reference_files/example_ct_sm.nii.gz",
            "MIC-DKFZ__nnUNet/nnunetv2/tests/example_data/example_ct_sm.nii.gz",
        ]
        let paths = names.compactMap { SharedData.path($0, for: "identity of a real scan") }
        guard paths.count == 2 else { return }
        let identities = try paths.map { try reader.readImage($0).identity() }
        #expect(identities[0] == identities[1])
    }

    @Test func pairsAndTheirPartnersAreFound() throws {
        let folder = "Enet4__nifti-rs/resources"
        guard let single = SharedData.path("\(folder)/minimal.nii", for: "header and image pairs") else { return }
        let whole = try reader.readImage(single).identity()
        for name in ["minimal.hdr", "minimal.img", "minimal.hdr.gz", "minimal2.hdr"] {
            guard let path = SharedData.path("\(folder)/\(name)", for: "header and image pairs") else { continue }
            #expect(try reader.readImage(path).identity() == whole, "\(name)")
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
