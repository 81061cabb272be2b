import Domain
import Postgres

extension LabelCatalog {
    /// Creates a schedule.
    ///
    /// - Throws: SQLSTATE LA004 for an unknown split, organ or time zone, and for a cron expression that is wrong or never due;
    ///   LA005 where a schedule has the name; 23514 for a value outside its limits.
    public func createSchedule(_ schedule: NewSchedule) async throws {
        _ = try await connection.one(CreateSchedule(schedule: schedule, program: program))
    }

    /// The schedules that are not removed, by name.
    public func schedules() async throws -> [ScheduleRow] { try await connection.run(ListSchedules(name: nil)) }

    /// - Throws: `CatalogError.unknownSchedule`.
    public func schedule(named name: String) async throws -> ScheduleRow {
        if let row = try await connection.first(ListSchedules(name: name)) { return row }
        let names = try await connection.run(NamesOfSchedules(all: false))
        throw CatalogError.unknownSchedule(name, nearest: Spelling.nearest(to: name, among: names))
    }

    public func detail(of schedule: ScheduleRow) async throws -> ScheduleDetail {
        try await connection.one(DescribeSchedule(schedule: schedule.id))
    }

    /// What persons did with a schedule, in order of time.
    public func actions(on schedule: ScheduleRow) async throws -> [ScheduleActionRow] {
        try await connection.run(ActionsOnSchedule(schedule: schedule.id))
    }

    /// Ticks, the newest first; of a removed schedule too. A nil name: of all schedules.
    ///
    /// - Throws: `CatalogError.unknownSchedule`.
    public func scheduleHistory(of name: String?, limit: Int?) async throws -> [TickRow] {
        let names = try await connection.run(NamesOfSchedules(all: true))
        if let name, !names.contains(name) {
            throw CatalogError.unknownSchedule(name, nearest: Spelling.nearest(to: name, among: names))
        }
        return try await connection.run(HistoryOfSchedules(name: name, limit: limit))
    }

    /// Ends the firing of ticks until the schedule is resumed; false where it is paused already.
    public func pauseSchedule(_ name: String, reason: String?) async throws -> Bool {
        let id = try await schedule(named: name).id
        return try await connection.one(PauseSchedule(schedule: id, program: program, reason: reason))
    }

    /// Lets a paused schedule fire ticks again, from now on; false where it is not paused.
    public func resumeSchedule(_ name: String) async throws -> Bool {
        let id = try await schedule(named: name).id
        return try await connection.one(ResumeSchedule(schedule: id, program: program))
    }

    /// Makes a tick now.
    ///
    /// - Returns: the name of its run.
    /// - Throws: SQLSTATE LA005 while a run of the schedule is open, unless it may queue.
    public func runSchedule(_ name: String) async throws -> String {
        let id = try await schedule(named: name).id
        return "\(name)-\(try await connection.one(RunSchedule(schedule: id, program: program)))"
    }

    /// Returns the schedule's newest run to the queue, where it failed or was cancelled.
    ///
    /// - Returns: the name of the run.
    /// - Throws: SQLSTATE LA005 where it did neither, or where the run is closed for good.
    public func retrySchedule(_ name: String) async throws -> String {
        let id = try await schedule(named: name).id
        return "\(name)-\(try await connection.one(RetrySchedule(schedule: id, program: program)))"
    }

    /// Removes a schedule and cancels its runs that wait.
    ///
    /// - Returns: the number of runs that were cancelled.
    public func removeSchedule(_ name: String, reason: String?) async throws -> Int {
        let id = try await schedule(named: name).id
        return try await connection.one(RemoveSchedule(schedule: id, program: program, reason: reason))
    }

    /// Scheduled runs that wait for a person to adopt them, the oldest first.
    public func adoptionProposals() async throws -> [AdoptionProposal] { try await connection.run(OpenProposals()) }

    /// What was decided of a scheduled run at its end; nil for a run that was not compared.
    public func adoptionDecision(on run: String) async throws -> RunDecision? {
        try await connection.first(DecisionOnRun(run: run))
    }

    /// The comparison of a scheduled run with the run that was the current one at its end; none for other runs.
    public func adoptionComparison(of run: String) async throws -> [AdoptionComparison] {
        try await connection.run(ComparisonOfRun(run: run))
    }
}
