internal import Catalog
internal import Domain
internal import Imaging
internal import System

extension ReviewDecisions {
    /// A NIfTI file with the mask that a person made of the one that was looked at.
    package struct Submission: Sendable {
        package var file: String
        /// Dataset of the source on whose grid the file is; nil: the first source.
        package var source: String?
        /// Values of the organ; empty: those of the map, else the only one other than 0.
        package var values: Set<Int> = []
        /// The organs of a label map's values.
        package var map: LabelValueTable?

        package init(file: String) { self.file = file }
    }

    /// Makes the mask of a file an annotation of origin reviewed, with the mask that was looked at as its parent. A file that covers a
    /// part of the volume replaces that mask there and keeps it elsewhere.
    ///
    /// - Throws: as `decide`; `ImagingError` for a file that is no label map, `WorkflowError` of kind `badInput` for one on another grid,
    ///   without a voxel of the organ, or of several values with none chosen.
    package func submit(_ submission: Submission, _ request: Request) async throws -> Result {
        let item = try await item(request)
        let source = try SourceImage.choose(item.volume, dataset: submission.source)
        let file = PersonalMaskFile(submission.file, values: submission.values, isAbsent: false)
        let volume = item.volume
        let labels = try await BlockingWork().run { try file.labels(on: source, of: volume) }
        let present = Set(labels.volume.regions.map(\.value))
        let values = try await values(of: item.organ, submission, present: present)
        let found = try file.found(values, in: labels)
        guard let location = item.current?.mask, let limits = item.current?.limits else {
            return try await decide(.submit, item, request)
        }
        let before = try await workspace.masks().read(location, limits, shape: volume.shape)
        let (mask, dice) = await BlockingWork().run {
            let mask = found.mask(after: before)
            return (mask, before.dice(with: mask))
        }
        return try await decide(.submit, item, request, making: mask, dice: dice)
    }

    private func values(of organ: OrganKey, _ submission: Submission, present: Set<Int>) async throws -> Set<Int> {
        let wanted: Set<Int>
        if let map = submission.map {
            wanted = try await values(of: organ, in: map)
        } else {
            wanted = submission.values.isEmpty ? present : submission.values
        }
        guard submission.map != nil || !submission.values.isEmpty || present.count < 2 else {
            throw WorkflowError(
                .badInput, "the file has \(present.count) values other than 0", file: submission.file,
                remedy: "name the values of \(organ) with --value, or the organs of all values with --map")
        }
        guard !wanted.isDisjoint(with: present) else {
            throw WorkflowError(
                .badInput, "the file has no voxel of \(organ)", file: submission.file,
                remedy: "name its values with --value; lacuna review absent records that the organ is not there")
        }
        return wanted
    }

    /// The values of an organ and of its parts.
    private func values(of organ: OrganKey, in map: LabelValueTable) async throws -> Set<Int> {
        let catalog = workspace.catalog
        let names = OrganNames(try await catalog.organs())
        let organs = Set(try await catalog.ontology().parts(of: organ)).union([organ])
        return Set(
            map.names.compactMap { entry in
                // Viewers list names of their own.
                guard let key = try? names.key(of: entry.name), organs.contains(key) else { return nil }
                return entry.value
            })
    }
}
