internal import Catalog
internal import DICOM
internal import Domain
internal import Imaging

/// A NIfTI file with a mask that a person drew.
struct PersonalMaskFile: Sendable {
    struct Found: Sendable {
        /// The organ's voxels on the volume's grid; none where the organ is absent.
        let foreground: BitVolume
        /// The voxels that the file marks as unknown or does not cover; nil where it has none.
        let unknown: BitVolume?
        /// The box that the file covers; nil: the whole volume.
        let covered: VoxelBox?
        /// SHA-256 of the file.
        let digest: Digest

        /// The mask with its region.
        ///
        /// A file that covers a part of the volume replaces the label before it there and keeps it elsewhere. Another file with
        /// unknown voxels is known in all others; one without them is known where the label before it was known, and in every voxel
        /// of either mask.
        /// - Parameter before: the current label; nil where there is none, or where the person examined the whole volume.
        func mask(after before: KnownMask?) -> KnownMask {
            let everywhere = KnownRegion(everywhere: foreground.shape)
            if let unknown {
                let drawn = KnownMask(foreground: foreground, region: everywhere.subtracting(unknown))
                return before.map { drawn.joined(by: $0, outside: covered) } ?? drawn
            }
            guard let before else { return KnownMask(foreground: foreground, region: everywhere) }
            var touched = before.foreground
            touched.formUnion(foreground)
            return KnownMask(foreground: foreground, region: before.region.union(touched))
        }
    }

    /// A label file on the grid of its source.
    struct Labels: Sendable {
        /// On the whole of the volume's grid.
        let volume: LabelVolume
        /// The box that the file covers; nil: the whole volume.
        let covered: VoxelBox?
    }

    let path: String
    /// The values of the organ; empty: the only value other than 0 and the ignored ones.
    let values: Set<Int>
    /// The values of unknown voxels.
    let ignored: Set<Int>
    /// Whether the organ is expected to have no voxel.
    let isAbsent: Bool
    /// Whether the person examined the whole volume, also outside the part that the file covers.
    let isComplete: Bool

    init(_ path: String, values: Set<Int>, ignored: Set<Int> = [], isAbsent: Bool, isComplete: Bool = false) {
        (self.path, self.values, self.ignored, self.isAbsent) = (path, values, ignored, isAbsent)
        self.isComplete = isComplete
    }

    /// The mask on the canonical grid of the volume. Blocks.
    ///
    /// - Throws: as `labels(on:of:)`; `WorkflowError` of kind `badInput` for a file with several values and none chosen,
    ///   an empty one without `isAbsent` and the reverse, one with unknown voxels only.
    func read(on source: SourceRow, of volume: VolumeRow) throws -> Found {
        let labels = try labels(on: source, of: volume)
        let present = Set(labels.volume.regions.map(\.value))
        let organs = present.subtracting(ignored)
        if values.isEmpty && organs.count > 1 {
            throw failure(
                Self.listing(organs.sorted()),
                remedy:
                    "name the value of the organ with --value, that of unknown voxels with --ignore, or the organs of "
                    + "all values with --map")
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
        return try found(wanted, in: labels)
    }

    /// The voxels of some values as the mask of one organ.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` where every voxel is unknown.
    func found(_ wanted: Set<Int>, in labels: Labels) throws -> Found {
        let volume = labels.volume
        var unknown = ignored.isDisjoint(with: volume.regions.map(\.value)) ? nil : volume.mask(of: ignored)
        if let covered = labels.covered, !isComplete {
            var outside = BitVolume(volume.shape, repeating: true)
            outside.subtract(BitVolume(volume.shape, filling: covered))
            if let ignored = unknown { outside.formUnion(ignored) }
            unknown = outside
        }
        guard unknown?.population != volume.shape.count else {
            throw failure("every voxel of the file is unknown", remedy: "name another value with --ignore")
        }
        return Found(
            foreground: volume.mask(of: wanted), unknown: unknown, covered: labels.covered, digest: volume.file.digest)
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

    /// Reads the file onto the volume's grid. A file that covers a part of the source's grid is 0 outside it. Blocks.
    ///
    /// The grids are compared in canonical order, with the tolerance for the rounding of affines by other tools. The file's axes may be
    /// permuted and flipped in any way: unlike a released dataset, it was drawn on the image itself, so that its header is right.
    /// - Throws: `ImagingError` for a file that is no label map; `WorkflowError` of kind `badInput` for one on another grid.
    func labels(on source: SourceRow, of volume: VolumeRow) throws -> Labels {
        let file = try readLabels()
        let orientation = Orientation(source.orientation) ?? .ras
        let stored = orientation.stored(shape: volume.shape, affine: source.affine)
        let image = ImageGrid(shape: stored.shape, affine: stored.affine)
        var (labels, covered): (LabelVolume, VoxelBox?) = (file, nil)
        if case .quarantine(.crop(let box, _)) = GridAgreement(image: image, label: file.grid) {
            (labels, covered) = (file.padded(to: image, at: box), box)
        }
        let difference: String
        switch GridAgreement(image: image.withHandedness(of: labels.grid), label: labels.grid) {
        case .agree: return Labels(volume: labels, covered: covered)
        case .nearly(let voxels): difference = GridDisagreement.displaced(voxels: voxels).description
        case .quarantine(let disagreement): difference = disagreement.description
        }
        throw failure(
            "its grid is not that of \(source.dataset)/\(source.caseName): \(difference). The image has \(image.summary), the file "
                + labels.grid.summary,
            remedy: "draw on the source image, or name the source it was drawn on with --source; "
                + "masks are not resampled")
    }

    private func failure(_ problem: String, remedy: String) -> WorkflowError {
        WorkflowError(.badInput, problem, file: path, remedy: remedy)
    }
}

extension KnownMask {
    /// This mask with another one outside a box; nil: everything is inside.
    fileprivate func joined(by other: KnownMask, outside box: VoxelBox?) -> KnownMask {
        guard let box else { return self }
        var outside = BitVolume(foreground.shape, repeating: true)
        outside.subtract(BitVolume(foreground.shape, filling: box))
        var (joined, kept) = (foreground, other.foreground)
        kept.formIntersection(outside)
        joined.formUnion(kept)
        return KnownMask(foreground: joined, region: region.union(other.region.restrict(outside)))
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
