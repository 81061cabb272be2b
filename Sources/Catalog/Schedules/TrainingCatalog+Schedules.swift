import Postgres

extension TrainingCatalog {
    /// Fires all ticks that are due by the clock of the server, each once however many daemons call this. To be called after
    /// `secondsToNext`, after each notification on the channel `lacuna`, and at least once a minute.
    public func fireTicks() async throws -> FiredTicks { try await connection.one(FireTicks()) }

    /// The tick of a claimed run; nil for a run that was started by hand.
    ///
    /// - Throws: SQLSTATE LA001 where the claim is lost.
    public func tick(of claim: Claim) async throws -> ScheduledRun? {
        try await connection.first(TickOfJob(claim: claim))
    }
}
