public import Domain
public import Postgres

extension LabelCatalog {
    /// Records a person's annotation of (volume, organ) without a mask, at a new revision. Earlier annotations stay in history.
    ///
    /// `absent` outranks the annotations of releases; `unlabelled` retracts every annotation of the organ,
    /// also held ones.
    /// - Parameters:
    ///   - status: `absent` or `unlabelled`.
    ///   - parameters: a JSON object with the reason; no patient data.
    /// - Returns: the number of annotations written; 0, and no new revision, where nothing changes.
    public func setLabel(
        _ status: LabelStatus, volume: VolumeID, organ: OrganKey, parameters: JSONText
    ) async throws -> Int {
        precondition(status == .absent || status == .unlabelled, "other states need a mask")
        try await require(organ)
        return try await connection.transaction { connection in
            let current = try await connection.run(CurrentAnnotations(volume: volume, organ: organ))
            let isRecorded = current.contains { $0.source == .person && $0.status == .absent }
            if status == .absent ? isRecorded : current.isEmpty { return 0 }
            let activity = try await startActivity(.correction, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: activity))
            let sources = status == .absent ? [.person] : current.map(\.source)
            try await connection.run(
                InsertCorrections(volume: volume, organ: organ, status: status, sources: sources, change: change))
            return sources.count
        }
    }
}
