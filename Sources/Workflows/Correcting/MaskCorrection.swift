internal import Catalog
package import Domain
internal import Imaging
internal import System

/// Records a mask that a person drew as the new version of an organ's annotation.
package struct MaskCorrection {
    package struct Request: Sendable {
        /// As a person names it: id, `DATASET/CASE` or file.
        package var volume: String
        /// Key or another spelling.
        package var organ: String
        /// A NIfTI file on the grid of the volume's source, or on a part of it, outside which the organ is then unknown.
        package var file: String
        /// Dataset of that source; nil: the first source.
        package var source: String?
        /// Values of the organ; empty: the only one other than 0 and the ignored ones.
        package var values: Set<Int> = []
        /// Values of unknown voxels.
        package var ignored: Set<Int> = []
        /// Not `model`.
        package var origin = LabelOrigin.expert
        /// Empty: no rater named.
        package var rater = ""
        /// Whether the file has no voxel of the organ because the organ is absent.
        package var isAbsent = false
        /// Whether the person examined the whole volume.
        package var isComplete = false
        /// Whether an absence may outrank a current mask.
        package var mayOverride = false
        package var reason: String

        package init(volume: String, organ: String, file: String, reason: String) {
            (self.volume, self.organ, self.file, self.reason) = (volume, organ, file, reason)
        }
    }

    package enum Warning: Hashable, Sendable {
        case conflict(LabelConflict)
        /// The mask has few voxels in common with the mask that was current before.
        case differs(dice: Double, from: MaskID)
        /// Voxels of the mask that was current before lie outside the part that the file covers, and are no longer of the organ.
        case removedOutside(voxels: Int)
        /// Conflicts with other organs could not be searched, for this reason; the mask is recorded.
        case unchecked(String)
    }

    package struct Result: Sendable {
        package let volume: VolumeID
        /// Voxels of the volume.
        package let volumeVoxels: Int
        package let organ: OrganKey
        /// `annotated` or `absent`.
        package let status: LabelStatus
        /// Nil for an absence.
        package let mask: MaskID?
        /// Foreground voxels.
        package let voxels: Int
        package let extent: KnownExtent
        /// Whether the label differs from the rater's last one.
        package let isNew: Bool
        /// Whether it is the current annotation.
        package let isCurrent: Bool
        package let warnings: [Warning]
        package let revision: Revision
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `WorkflowError` of kind `usage` for a reserved rater or the origin `model`, `badInput` for a file that does not
    ///   fit, `conflict` where `AbsenceRule` refuses an absence; `ImagingError`, `CatalogError`, `ObjectStoreError`.
    package func record(_ request: Request) async throws -> Result {
        try Self.check(request)
        let catalog = workspace.catalog
        let volume = try await workspace.volume(named: request.volume)
        let organ = try await catalog.organ(named: request.organ)
        let source = try SourceImage.choose(volume, dataset: request.source)
        let found = try await BlockingWork().run {
            try PersonalMaskFile(
                request.file, values: request.values, ignored: request.ignored, isAbsent: request.isAbsent,
                isComplete: request.isComplete
            ).read(on: source, of: volume)
        }
        return try await record(found, organ, of: volume, request)
    }

    /// Records a mask that was read from the request's file.
    func record(
        _ found: PersonalMaskFile.Found, _ organ: OrganKey, of volume: VolumeRow, _ request: Request
    ) async throws -> Result {
        let catalog = workspace.catalog
        let isAbsence = request.isAbsent && found.unknown == nil
        if isAbsence {
            try await AbsenceRule(catalog: catalog).check(organ, in: volume.id)
            if !request.mayOverride { try await AbsenceRule(catalog: catalog).refuseToHide(organ, in: volume.id) }
        }
        let difference = isAbsence ? [] : try await difference(of: found, from: organ, in: volume)
        let recorded = try await record(isAbsence ? nil : found, organ, of: volume, request, digest: found.digest)
        try await catalog.compactCoverage()
        let conflicts = try await conflicts(
            of: organ, recorded.content == nil ? nil : found.foreground, in: volume,
            isPartial: recorded.content?.extent != nil)
        return Result(
            volume: volume.id, volumeVoxels: volume.shape.count, organ: organ,
            status: recorded.content == nil ? .absent : .annotated, mask: recorded.mask,
            voxels: recorded.content?.mask.voxels ?? 0, extent: KnownExtent(recorded.content, shape: volume.shape),
            isNew: recorded.isNew, isCurrent: recorded.isCurrent,
            warnings: difference + conflicts,
            revision: try await catalog.currentRevision())
    }

    /// A damaged mask can be replaced, so that it is no error here.
    private func difference(
        of found: PersonalMaskFile.Found, from organ: OrganKey, in volume: VolumeRow
    ) async throws -> [Warning] {
        let label = try await workspace.catalog.labels(volume: volume.id, organ: organ).first
        guard label?.status == .annotated, let mask = label?.mask else { return [] }
        do {
            let known = try await workspace.masks().read(
                try await workspace.catalog.mask(mask).location, try await workspace.catalog.limits(of: mask),
                shape: volume.shape)
            return await BlockingWork().run { Self.difference(of: found, from: known, mask) }
        } catch let error as WorkflowError where error.kind == .damaged {
            return [.unchecked(error.problem)]
        }
    }

    private static func difference(
        of found: PersonalMaskFile.Found, from known: KnownMask, _ mask: MaskID
    ) -> [Warning] {
        var warnings: [Warning] = []
        let dice = known.dice(with: found.mask(after: nil))
        if let dice, dice < KnownMask.littleOverlap { warnings.append(.differs(dice: dice, from: mask)) }
        if let covered = found.covered, found.unknown == nil {
            var outside = known.foreground
            outside.subtract(BitVolume(outside.shape, filling: covered))
            if !outside.isEmpty { warnings.append(.removedOutside(voxels: outside.population)) }
        }
        return warnings
    }

    static func check(_ request: Request) throws {
        if !request.rater.isEmpty { try WorkflowError.require(name: request.rater, of: "rater") }
        if reservedRaters.contains(request.rater) {
            throw WorkflowError(
                .usage, "the rater \(request.rater) is reserved for computed masks", remedy: "choose another name")
        }
        if request.origin == .model {
            throw WorkflowError(
                .usage, "a mask that a person drew cannot have the origin model",
                remedy: "choose expert, assisted or reviewed")
        }
    }

    /// A damaged mask of another organ is a warning, because the correction is recorded already.
    private func conflicts(
        of organ: OrganKey, _ mask: BitVolume?, in volume: VolumeRow, isPartial: Bool
    ) async throws -> [Warning] {
        do {
            return try await LabelConflicts(workspace, volume: volume).found(organ, mask, isPartial: isPartial)
                .map { .conflict($0) }
        } catch let error as WorkflowError where error.kind == .damaged {
            return [.unchecked(error.problem)]
        }
    }

    /// Raters that computed masks are recorded under.
    package static let reservedRaters = [ConsensusMask.rater]

    /// - Parameter found: nil for an absence.
    private func record(
        _ found: PersonalMaskFile.Found?, _ organ: OrganKey, of volume: VolumeRow, _ request: Request, digest: Digest
    ) async throws -> RecordedAnnotation {
        let store = try await workspace.writableObjects()
        let reader = MaskReader(store: store)
        let annotation = PersonalAnnotation(
            volume: volume.id, organ: organ, rater: request.rater, origin: request.origin)
        let parameters: ActivityParameters = [
            "reason": .text(request.reason), "sha256": .text(digest.description),
            "complete": .flag(request.isComplete),
        ]
        return try await workspace.catalog.record(
            annotation, kind: .correction, parameters: parameters.json
        ) { current in
            guard let found else { return nil }
            var before: KnownMask?
            // Read only where the new mask depends on it, so that a mask whose object is lost can be replaced.
            if let current, !request.isComplete, found.unknown == nil || found.covered != nil {
                before = try await reader.read(current.mask, current.limits, shape: volume.shape)
            }
            let mask = await BlockingWork().run { [before] in found.mask(after: before) }
            return try await AnnotationContent.put(mask, in: store)
        }
    }
}
