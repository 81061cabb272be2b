internal import Catalog
internal import Domain
internal import Imaging

/// A NIfTI file with a mask that a person drew.
struct PersonalMaskFile: Sendable {
    struct Found: Sendable {
        /// The organ's voxels on the volume's grid; none where the organ is absent.
        let foreground: BitVolume
        /// The voxels that the file marks as unknown; nil where it has none.
        let unknown: BitVolume?
        /// SHA-256 of the file.
        let digest: Digest
        /// Distance between the grids of the file and its source in voxels; nil where it is within tolerance.
        let displacement: Double?

        /// The mask with its region.
        ///
        /// A file with unknown voxels is known in all others. A file without them is known where the label before it was known,
        /// and in every voxel of either mask.
        /// - Parameter before: the current label; nil where there is none, or where the person examined the whole volume.
        func mask(after before: KnownMask?) -> KnownMask {
            let everywhere = KnownRegion(everywhere: foreground.shape)
            if let unknown { return KnownMask(foreground: foreground, region: everywhere.subtracting(unknown)) }
            guard let before else { return KnownMask(foreground: foreground, region: everywhere) }
            var touched = before.foreground
            touched.formUnion(foreground)
            return KnownMask(foreground: foreground, region: before.region.union(touched))
        }
    }

    let path: String
    /// The values of the organ; empty: the only value other than 0 and the ignored ones.
    let values: Set<Int>
    /// The values of unknown voxels.
    let ignored: Set<Int>
    /// Whether the organ is expected to have no voxel.
    let isAbsent: Bool

    init(_ path: String, values: Set<Int>, ignored: Set<Int> = [], isAbsent: Bool) {
        (self.path, self.values, self.ignored, self.isAbsent) = (path, values, ignored, isAbsent)
    }

    /// The mask on the canonical grid of the volume. Blocks.
    ///
    /// - Throws: `ImagingError` for a file that is no label map; `WorkflowError` of kind `badInput` for one on another grid, one
    ///   with several values and none chosen, an empty one without `isAbsent` and the reverse, one with unknown voxels only.
    func read(on source: SourceRow, of volume: VolumeRow) throws -> Found {
        let labels = try readLabels()
        let displacement = try displacement(labels.grid, source, volume)
        let present = Set(labels.regions.map(\.value))
        let organs = present.subtracting(ignored)
        if values.isEmpty && organs.count > 1 {
            throw failure(
                Self.listing(organs.sorted()),
                remedy: "name the value of the organ with --value, and that of unknown voxels with --ignore")
        }
        let wanted = values.isEmpty ? organs : values
        let isEmpty = wanted.isDisjoint(with: present)
        if isEmpty && !isAbsent {
            throw failure(
                "the file has no voxel of the organ",
                remedy: "add --absent if the organ was looked for and is not there")
        }
        if !isEmpty && isAbsent {
            throw failure("the file has voxels of the organ", remedy: "omit --absent, or name another --value")
        }
        let unknown = ignored.isDisjoint(with: present) ? nil : labels.mask(of: ignored)
        guard unknown?.population != labels.shape.count else {
            throw failure("every voxel of the file is unknown", remedy: "name another value with --ignore")
        }
        return Found(
            foreground: labels.mask(of: wanted), unknown: unknown, digest: labels.file.digest,
            displacement: displacement)
    }

    private func readLabels() throws -> LabelVolume {
        do {
            return try NIfTIReader().readLabels(path)
        } catch let error as ImagingError where error.isOfNoImage {
            throw failure(error.problem, remedy: "name the file of the mask, .nii or .nii.gz")
        }
    }

    /// Messages list at most this many values; a file with more is probably an image.
    private static let listedValues = 20

    /// - Parameter values: ascending, not empty.
    private static func listing(_ values: [Int]) -> String {
        guard values.count > listedValues else {
            return "the file has the values " + values.map(String.init).joined(separator: ", ")
        }
        return "the file has \(values.count) values from \(values[0]) to \(values[values.count - 1]), like an image"
    }

    /// - Returns: voxels; nil where the grids agree within tolerance.
    private func displacement(_ grid: ImageGrid, _ source: SourceRow, _ volume: VolumeRow) throws -> Double? {
        let orientation = Orientation(source.orientation) ?? .ras
        let stored = orientation.stored(shape: volume.shape, affine: source.affine)
        switch GridAgreement(image: ImageGrid(shape: stored.shape, affine: stored.affine), label: grid) {
        case .agree: return nil
        case .nearly(let voxels): return voxels
        case .quarantine(let difference):
            throw failure(
                "its grid is not that of \(source.dataset)/\(source.caseName): \(difference)",
                remedy: "draw on the source image, or name the source it was drawn on with --source; "
                    + "masks are not resampled")
        }
    }

    private func failure(_ problem: String, remedy: String) -> WorkflowError {
        WorkflowError(.badInput, problem, file: path, remedy: remedy)
    }
}

extension ImagingError {
    /// Whether the file is of no image format at all.
    fileprivate var isOfNoImage: Bool {
        switch self {
        case .notNIfTI, .otherFormat(_, .text), .otherFormat(_, .json): true
        default: false
        }
    }
}
