public import Domain
public import Postgres

extension LabelCatalog {
    /// A person's word on (volume, organ) without a mask, at a new revision. History keeps what it outranks.
    ///
    /// `absent` outranks what releases say; `unlabelled` takes back every annotation of the organ.
    /// - Parameters:
    ///   - status: `absent` or `unlabelled`.
    ///   - parameters: a JSON object with the reason; no patient data.
    /// - Returns: how many annotations were written; 0 where it changes nothing, and no revision is drawn.
    public func setLabel(
        _ status: LabelStatus, volume: VolumeID, organ: OrganKey, parameters: JSONText
    ) async throws -> Int {
        precondition(status == .absent || status == .unlabelled, "other states need a mask")
        try await require(organ)
        return try await connection.transaction { connection in
            let words = try await connection.run(CurrentAnnotations(volume: volume, organ: organ))
            let isSaid = words.contains { $0.source == .person && $0.status == .absent }
            if status == .absent ? isSaid : words.isEmpty { return 0 }
            let activity = try await startActivity(.correction, parameters: parameters)
            let change = try await connection.one(InsertChange(activity: activity))
            let sources = status == .absent ? [.person] : words.map(\.source)
            try await connection.run(
                InsertCorrections(volume: volume, organ: organ, status: status, sources: sources, change: change))
            return sources.count
        }
    }
}
