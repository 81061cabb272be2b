internal import Catalog
internal import Console
internal import Domain
internal import Imaging

/// A NIfTI file with a person's mask.
struct PersonalMaskFile: Sendable {
    struct Found: Sendable {
        /// Nil where the organ is absent.
        let mask: EncodedMask?
        /// SHA-256 of the file.
        let digest: Digest
    }

    let path: String
    /// The values that are the organ; empty: the only one other than 0.
    let values: Set<Int>
    let isAbsent: Bool

    init(_ path: String, values: Set<Int>, isAbsent: Bool) {
        (self.path, self.values, self.isAbsent) = (path, values, isAbsent)
    }

    /// The mask on the canonical grid of the volume. Blocks.
    ///
    /// - Throws: `ImagingError` for a file that is no label, and bad input for one that lies on another grid, has several
    ///   values and none chosen, or is empty or not against what was said.
    func read(on source: SourceRow, of volume: VolumeRow) throws -> Found {
        let labels = try NIfTIReader().readLabels(path)
        try checkGrid(labels.grid, source, volume)
        let present = Set(labels.regions.map(\.value))
        if values.isEmpty && present.count > 1 {
            let list = present.sorted().map(String.init).joined(separator: ", ")
            throw failure("the file has the values \(list)", remedy: "say which of them the organ is: --value")
        }
        let wanted = values.isEmpty ? present : values
        let isEmpty = wanted.isDisjoint(with: present)
        if isEmpty && !isAbsent {
            throw failure(
                "the file has no voxel of the organ", remedy: "add --absent if somebody looked and it is not there")
        }
        if !isEmpty && isAbsent {
            throw failure("the file has voxels of the organ", remedy: "leave --absent out, or name another --value")
        }
        return Found(
            mask: isEmpty ? nil : MaskCodec.encode(values: wanted, in: labels), digest: labels.file.digest)
    }

    private func checkGrid(_ grid: ImageGrid, _ source: SourceRow, _ volume: VolumeRow) throws {
        let orientation = Orientation(source.orientation) ?? .ras
        let stored = orientation.stored(shape: volume.shape, affine: source.affine)
        switch GridAgreement(image: ImageGrid(shape: stored.shape, affine: stored.affine), label: grid) {
        case .agree, .nearly: return
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
