internal import Catalog
package import Domain
internal import Numerics
internal import System

/// Computes one mask from several annotations of an organ and records it.
package struct ConsensusMask {
    package enum Method: String, CaseIterable, Sendable { case majority, staple }

    package struct Request: Sendable {
        /// As a person names it: id, `DATASET/CASE` or file.
        package var volume: String
        /// Key or another spelling.
        package var organ: String
        package var method: Method
        /// Masks of that organ in that volume; empty: every annotation of a dataset or rater.
        package var masks: [MaskID]
        /// Whether the consensus may become the current annotation; else it is recorded as a proposal.
        package var isAdopted: Bool
        /// Kept with the history; no patient data.
        package var reason: String

        package init(
            volume: String, organ: String, method: Method, masks: [MaskID], isAdopted: Bool, reason: String
        ) {
            (self.volume, self.organ, self.method) = (volume, organ, method)
            (self.masks, self.isAdopted, self.reason) = (masks, isAdopted, reason)
        }
    }

    /// One of the masks, and its performance against the consensus as STAPLE estimates it.
    package struct Input: Sendable {
        package let mask: MaskID
        /// 0 to 1; nil unless the method is `staple`.
        package let sensitivity: Double?
        /// 0 to 1; nil unless the method is `staple`.
        package let specificity: Double?
    }

    package struct Result: Sendable {
        package let volume: VolumeID
        /// Voxels of the volume.
        package let volumeVoxels: Int
        package let organ: OrganKey
        package let mask: MaskID?
        /// Foreground voxels.
        package let voxels: Int
        /// Where the consensus is known.
        package let region: KnownRegion
        package let inputs: [Input]
        /// Whether it differs from the last consensus.
        package let isNew: Bool
        /// Whether it is the current annotation.
        package let isCurrent: Bool
        package let revision: Revision
    }

    /// The rater that a consensus is recorded under.
    package static let rater = "consensus"
    /// The numbers of masks that a consensus can be computed from.
    package static let counts = 2...16

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `WorkflowError` of kind `badInput` for masks of another organ or volume, too few or too many masks, or an empty
    ///   consensus; `CatalogError`, `ObjectStoreError`; as `MaskReader.read`.
    package func record(_ request: Request) async throws -> Result {
        let catalog = workspace.catalog
        let volume = try await workspace.volume(named: request.volume)
        let organ = try await catalog.organ(named: request.organ)
        let locations = try await locations(request.masks, organ, of: volume)
        let reader = try await workspace.masks()
        var masks: [(id: MaskID, mask: KnownMask)] = []
        for location in locations {
            let limits = try await catalog.limits(of: location.mask)
            masks.append((location.mask, try await reader.read(location, limits, shape: volume.shape)))
        }
        let (consensus, inputs) = await BlockingWork().run { [masks] in Self.compute(request.method, masks) }
        guard !consensus.foreground.isEmpty else {
            throw WorkflowError(
                .badInput, "the consensus of the masks by \(request.method.rawValue) has no voxel",
                remedy: "compare them with lacuna mask compare \(volume.id) \(organ)")
        }
        let recorded = try await record(consensus, of: inputs, organ, in: volume.id, request)
        try await catalog.compactCoverage()
        return Result(
            volume: volume.id, volumeVoxels: volume.shape.count, organ: organ, mask: recorded.mask,
            voxels: consensus.foreground.population, region: consensus.region, inputs: inputs, isNew: recorded.isNew,
            isCurrent: recorded.isCurrent, revision: try await catalog.currentRevision())
    }

    private func locations(_ masks: [MaskID], _ organ: OrganKey, of volume: VolumeRow) async throws -> [MaskLocation] {
        let catalog = workspace.catalog
        let remedy = "lacuna mask history \(volume.id) \(organ) lists the masks that --mask can name"
        var found: [MaskLocation] = []
        if masks.isEmpty {
            found = try await catalog.labelVersions(volume: volume.id, organ: organ)
                .filter { !$0.isProposed && $0.origin != .model && $0.source != Self.rater }.compactMap(\.mask)
        }
        for id in masks {
            let facts = try await catalog.storedMask(id)
            guard facts.volume == volume.id, facts.organ == organ else {
                throw WorkflowError(
                    .badInput, "mask \(id) is of \(facts.organ) in volume \(facts.volume)", remedy: remedy)
            }
            found.append(facts.location)
        }
        guard Self.counts.contains(found.count) else {
            throw WorkflowError(
                .badInput,
                "a consensus needs \(Self.counts.lowerBound) to \(Self.counts.upperBound) masks, and there are "
                    + "\(found.count)", remedy: remedy)
        }
        return found
    }

    private static func compute(
        _ method: Method, _ masks: [(id: MaskID, mask: KnownMask)]
    ) -> (KnownMask, [Input]) {
        let votes = Consensus.Votes(
            masks.map { Consensus.Ballot(mask: $0.mask.foreground, region: $0.mask.region) })
        switch method {
        case .majority:
            let (mask, region) = Consensus.majority(votes)
            let inputs = masks.map { Input(mask: $0.id, sensitivity: nil, specificity: nil) }
            return (KnownMask(foreground: mask, region: region), inputs)
        case .staple:
            let estimate = Consensus.staple(votes)
            precondition(estimate.raters.count == masks.count, "one rater per mask, in their order")
            let inputs = masks.indices.map { index in
                Input(
                    mask: masks[index].id, sensitivity: estimate.raters[index].sensitivity,
                    specificity: estimate.raters[index].specificity)
            }
            return (KnownMask(foreground: estimate.mask, region: estimate.region), inputs)
        }
    }

    private func record(
        _ consensus: KnownMask, of inputs: [Input], _ organ: OrganKey, in volume: VolumeID, _ request: Request
    ) async throws -> RecordedAnnotation {
        let annotation = PersonalAnnotation(
            volume: volume, organ: organ, rater: Self.rater, origin: .reviewed, inputs: inputs.map(\.mask),
            isProposed: !request.isAdopted)
        let parameters: ActivityParameters = [
            "reason": .text(request.reason), "method": .text(request.method.rawValue),
            "masks": .list(inputs.map { .integer(Int($0.mask.rawValue)) }), "adopted": .flag(request.isAdopted),
        ]
        let store = try await workspace.writableObjects()
        return try await workspace.catalog.record(annotation, kind: .review, parameters: parameters.json) { _ in
            try await AnnotationContent.put(consensus, in: store)
        }
    }
}
