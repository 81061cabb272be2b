internal import Catalog
package import Domain
internal import Imaging
internal import System

/// Records the organs of one label map that a person drew, each as the new version of its annotation.
package struct MaskMapCorrection {
    package struct Request: Sendable {
        /// As a person names it: id, `DATASET/CASE` or file.
        package var volume: String
        /// A NIfTI file on the grid of the volume's source, or on a part of it.
        package var file: String
        /// The organs of the values.
        package var map: LabelValueTable
        /// Dataset of that source; nil: the first source.
        package var source: String?
        /// Not `model`.
        package var origin = LabelOrigin.expert
        /// Empty: no rater named.
        package var rater = ""
        /// Whether the person examined the whole volume.
        package var isComplete = false
        package var reason: String

        package init(volume: String, file: String, map: LabelValueTable, reason: String) {
            (self.volume, self.file, self.map, self.reason) = (volume, file, map, reason)
        }
    }

    package struct Result: Sendable {
        package let volume: VolumeID
        /// The organs whose voxels differ from their current labels, in the order of the map.
        package let recorded: [MaskCorrection.Result]
        /// The organs with exactly the voxels of their current labels, whose labels are kept.
        package let unchanged: [OrganKey]
        /// The organs of the map without voxels in the part that the file covers, neither in the file nor in the catalogue.
        package let empty: [OrganKey]
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Reads and compares all organs before the first is recorded.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` for a value without an organ, and for an organ that the catalogue has voxels of and
    ///   the file has not; as `MaskCorrection.record`.
    package func record(_ request: Request) async throws -> Result {
        var single = MaskCorrection.Request(
            volume: request.volume, organ: "", file: request.file, reason: request.reason)
        (single.source, single.origin, single.rater) = (request.source, request.origin, request.rater)
        single.isComplete = request.isComplete
        try MaskCorrection.check(single)
        let volume = try await workspace.volume(named: request.volume)
        let source = try SourceImage.choose(volume, dataset: request.source)
        let file = PersonalMaskFile(request.file, values: [], isAbsent: false, isComplete: request.isComplete)
        let labels = try await BlockingWork().run { try file.labels(on: source, of: volume) }
        let drawn = try await organs(of: labels, request.map)
        let sorted = try await sort(drawn, labels, file, volume, request.map)
        var recorded: [MaskCorrection.Result] = []
        for (organ, found) in sorted.changed {
            recorded.append(try await MaskCorrection(workspace).record(found, organ, of: volume, single))
        }
        return Result(volume: volume.id, recorded: recorded, unchanged: sorted.unchanged, empty: sorted.empty)
    }

    /// The values of each organ: its own, and those of its parts in the map.
    private func organs(
        of labels: PersonalMaskFile.Labels, _ map: LabelValueTable
    ) async throws -> [(organ: OrganKey, values: Set<Int>)] {
        let catalog = workspace.catalog
        let (names, ontology) = (OrganNames(try await catalog.organs()), try await catalog.ontology())
        let present = Set(labels.volume.regions.map(\.value))
        let unnamed = present.subtracting(map.names.map(\.value)).sorted()
        guard unnamed.isEmpty else {
            throw failure(
                "the label map has values that the table does not name: "
                    + unnamed.prefix(20).map(String.init).joined(separator: ", "), map)
        }
        var own: [(organ: OrganKey, values: Set<Int>)] = []
        for entry in map.names {
            do throws(CatalogError) {
                let organ = try names.key(of: entry.name)
                if let index = own.firstIndex(where: { $0.organ == organ }) {
                    own[index].values.insert(entry.value)
                } else {
                    own.append((organ, [entry.value]))
                }
            } catch {
                // Viewers list names of their own for values that do not occur.
                guard present.contains(entry.value) else { continue }
                throw failure("the value \(entry.value) is named \(entry.name), which is no organ", map)
            }
        }
        return own.map { item in
            let parts = Set(ontology.parts(of: item.organ))
            return (item.organ, own.filter { parts.contains($0.organ) }.reduce(item.values) { $0.union($1.values) })
        }
    }

    private struct Sorted {
        var changed: [(OrganKey, PersonalMaskFile.Found)] = []
        var unchanged: [OrganKey] = []
        var empty: [OrganKey] = []
    }

    private func sort(
        _ drawn: [(organ: OrganKey, values: Set<Int>)], _ labels: PersonalMaskFile.Labels, _ file: PersonalMaskFile,
        _ volume: VolumeRow, _ map: LabelValueTable
    ) async throws -> Sorted {
        var sorted = Sorted()
        let current = try await workspace.catalog.labels(volume: volume.id)
        for (organ, values) in drawn {
            let found = try file.found(values, in: labels)
            let known = try await currentMask(current.first { $0.organ == organ }?.mask, volume)
            var before = known ?? BitVolume(volume.shape)
            if let covered = labels.covered, !file.isComplete {
                before.formIntersection(BitVolume(volume.shape, filling: covered))
            }
            if found.foreground == before {
                if before.isEmpty { sorted.empty.append(organ) } else { sorted.unchanged.append(organ) }
            } else if found.foreground.isEmpty {
                throw failure(
                    "\(organ) has no voxel in the label map, and \(before.population) in the catalogue", map,
                    remedy: "remove the line of \(organ) from the table to keep its label, or record the absence with "
                        + "lacuna label set \(volume.id) \(organ) absent")
            } else {
                sorted.changed.append((organ, found))
            }
        }
        return sorted
    }

    private func currentMask(_ id: MaskID?, _ volume: VolumeRow) async throws -> BitVolume? {
        guard let id else { return nil }
        return try await workspace.masks()
            .read(try await workspace.catalog.mask(id).location, shape: volume.shape).foreground
    }

    private func failure(
        _ problem: String, _ map: LabelValueTable, remedy: String = "add a line with the value and the key of its organ"
    ) -> WorkflowError {
        WorkflowError(.badInput, problem, file: map.file, remedy: remedy)
    }
}
