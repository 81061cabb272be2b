internal import Catalog
internal import Console
internal import Domain
internal import Imaging

/// A NIfTI file with a person's mask.
struct PersonalMaskFile: Sendable {
    struct Found: Sendable {
        /// The organ's voxels on the volume's grid; none where the organ is absent.
        let foreground: BitVolume
        /// The voxels of which the file says that nothing is known; nil where it has none.
        let unknown: BitVolume?
        /// SHA-256 of the file.
        let digest: Digest
        /// How far the file lies off its source in voxels, where that is more than is taken without a word.
        let displacement: Double?

        /// With what the file does not say taken from the label before it.
        ///
        /// What the file calls unknown is unknown and the rest is known. A file that has no such voxel is known where the
        /// label before was, and in the voxels that it gives or takes from the organ.
        /// - Parameter before: what counts so far; nil where nobody looked, or where the person looked everywhere.
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
    /// The values that are the organ; empty: the only one that is neither 0 nor ignored.
    let values: Set<Int>
    /// The values at whose voxels nothing is known.
    let ignored: Set<Int>
    let isAbsent: Bool

    init(_ path: String, values: Set<Int>, ignored: Set<Int> = [], isAbsent: Bool) {
        (self.path, self.values, self.ignored, self.isAbsent) = (path, values, ignored, isAbsent)
    }

    /// The mask on the canonical grid of the volume. Blocks.
    ///
    /// - Throws: `ImagingError` for a file that is no label, and bad input for one that lies on another grid, has several
    ///   values and none chosen, or is empty or not against what was said.
    func read(on source: SourceRow, of volume: VolumeRow) throws -> Found {
        let labels = try NIfTIReader().readLabels(path)
        let displacement = try displacement(labels.grid, source, volume)
        let present = Set(labels.regions.map(\.value))
        let organs = present.subtracting(ignored)
        if values.isEmpty && organs.count > 1 {
            throw failure(
                Self.telling(organs.sorted()),
                remedy: "say which of them the organ is: --value; and where nothing is known: --ignore")
        }
        let wanted = values.isEmpty ? organs : values
        let isEmpty = wanted.isDisjoint(with: present)
        if isEmpty && !isAbsent {
            throw failure(
                "the file has no voxel of the organ", remedy: "add --absent if somebody looked and it is not there")
        }
        if !isEmpty && isAbsent {
            throw failure("the file has voxels of the organ", remedy: "leave --absent out, or name another --value")
        }
        let unknown = ignored.isDisjoint(with: present) ? nil : labels.mask(of: ignored)
        guard unknown?.population != labels.shape.count else {
            throw failure("nothing is known of any voxel", remedy: "name another value with --ignore")
        }
        return Found(
            foreground: labels.mask(of: wanted), unknown: unknown, digest: labels.file.digest,
            displacement: displacement)
    }

    /// So many values are told one by one; more of them are an image's, as it seems.
    private static let told = 20

    /// - Parameter values: ascending, not empty.
    private static func telling(_ values: [Int]) -> String {
        guard values.count > told else {
            return "the file has the values " + values.map(String.init).joined(separator: ", ")
        }
        return "the file has \(values.count) values from \(values[0]) to \(values[values.count - 1]), as an image has"
    }

    /// - Returns: voxels, where the grids are not quite the same.
    private func displacement(_ grid: ImageGrid, _ source: SourceRow, _ volume: VolumeRow) throws -> Double? {
        let orientation = Orientation(source.orientation) ?? .ras
        let stored = orientation.stored(shape: volume.shape, affine: source.affine)
        switch GridAgreement(image: ImageGrid(shape: stored.shape, affine: stored.affine), label: grid) {
        case .agree: return nil
        case .nearly(let voxels): return voxels
        case .quarantine(let difference):
            throw failure(
                "it does not lie on \(source.dataset)/\(source.caseName): \(difference)",
                remedy: "draw on the source image, or name the source that it was drawn on with --source; "
                    + "lacuna does not resample")
        }
    }

    private func failure(_ problem: String, remedy: String) -> CommandFailure {
        CommandFailure(.badInput, problem, file: path, remedy: remedy)
    }
}
