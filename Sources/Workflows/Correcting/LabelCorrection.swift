internal import Catalog
package import Domain

/// Corrects an organ's label without a mask: absent, unlabelled, or as before the last correction.
package struct LabelCorrection {
    /// A state without a mask.
    package enum Status: String, CaseIterable, Sendable {
        case absent, unlabelled
    }

    package struct Result: Sendable {
        package let volume: VolumeID
        package let organ: OrganKey
        package let isChanged: Bool
        /// The current status.
        package let status: LabelStatus
        /// The current mask; nil where the status has none.
        package let mask: MaskID?
        /// `RUN/NUMBER` of the round that made the current label; nil where none did.
        package let round: String?
        package let revision: Revision
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Records that an organ is absent, or retracts all its annotations.
    ///
    /// - Parameters:
    ///   - volume: as a person names it: id, `DATASET/CASE` or file.
    ///   - organ: key or another spelling.
    ///   - reason: kept with the history; no patient data.
    ///   - mayOverride: whether a current annotation may be outranked or retracted.
    /// - Throws: `WorkflowError` of kind `conflict` for a current annotation, and where `AbsenceRule` refuses an absence;
    ///   `CatalogError` for unknown names.
    package func set(
        _ status: Status, volume: String, organ: String, reason: String, mayOverride: Bool
    ) async throws -> Result {
        let catalog = workspace.catalog
        let volume = try await workspace.volume(named: volume).id
        let organ = try await catalog.organ(named: organ)
        if status == .absent { try await AbsenceRule(catalog: catalog).check(organ, in: volume) }
        if !mayOverride { try await AbsenceRule(catalog: catalog).refuseToHide(organ, in: volume) }
        let parameters: ActivityParameters = ["reason": .text(reason)]
        let written = try await catalog.setLabel(
            status == .absent ? .absent : .unlabelled, volume: volume, organ: organ, parameters: parameters.json)
        return try await result(organ, in: volume, isChanged: written > 0)
    }

    /// Undoes the last correction of an organ in a volume; a second call redoes it. Releases imported since are kept.
    ///
    /// - Parameters: as `set`.
    /// - Throws: `CatalogError` for unknown names.
    package func undo(volume: String, organ: String, reason: String) async throws -> Result {
        let catalog = workspace.catalog
        let volume = try await workspace.volume(named: volume).id
        let organ = try await catalog.organ(named: organ)
        let parameters: ActivityParameters = ["reason": .text(reason), "undoes": .flag(true)]
        let written = try await catalog.undoCorrection(volume: volume, organ: organ, parameters: parameters.json)
        try await catalog.compactCoverage()
        return try await result(organ, in: volume, isChanged: written > 0)
    }

    private func result(_ organ: OrganKey, in volume: VolumeID, isChanged: Bool) async throws -> Result {
        let label = try await workspace.catalog.labels(volume: volume, organ: organ).first
        return Result(
            volume: volume, organ: organ, isChanged: isChanged, status: label?.status ?? .unlabelled,
            mask: label?.mask, round: label?.round, revision: try await workspace.catalog.currentRevision())
    }
}
