package import Catalog
internal import Domain
internal import Plans
internal import Postgres

/// Creates a schedule from a configuration file, which it checks against the catalogue.
package struct ScheduleCreation: Sendable {
    package struct Request: Sendable {
        package var name: String
        /// Path of the configuration file.
        package var configuration: String
        package var trigger = ScheduleTrigger()
        package var overlap = OverlapRule.skip
        package var catchUp = CatchUpRule.none
        package var adopt = AdoptionRule.never
        /// Nil: the default of `NewSchedule`.
        package var adoptionMargin: Double?
        package var adoptionVolumes: Int?
        package var startFrom = StartRule.scratch
        package var maximumHours: Double?

        package init(name: String, configuration: String) {
            (self.name, self.configuration) = (name, configuration)
        }
    }

    package struct Result: Sendable {
        package let schedule: ScheduleRow
        /// The sections with values of their own that a schedule does not keep: `daemon`, `notify`.
        package let droppedSections: [String]
    }

    private let catalog: LabelCatalog

    package init(catalog: LabelCatalog) { self.catalog = catalog }

    /// - Throws: `ConfigurationError` for the file; `WorkflowError` for a name or a window that cannot be used, and for a class
    ///   mapping that does not fit; `MisconfiguredValue`; SQLSTATE LA004 for an unknown split or time zone and for a cron
    ///   expression that is wrong or never due; LA005 where a schedule has the name.
    package func run(_ request: Request) async throws -> Result {
        try Self.check(request)
        var configuration = try RunConfiguration(contentsOf: request.configuration)
        if let start = configuration.plan.startFrom, request.startFrom == .previous {
            throw WorkflowError(
                .usage, "run.startFrom is \(start), and --start-from is previous", file: request.configuration,
                remedy: "remove run.startFrom from the file, or leave out --start-from previous")
        }
        let catalog = catalog
        try await configuration.resolvePlan { try await PlanResolution(catalog).resolve($0) }
        let schedule = try Self.schedule(request, configuration)
        try await configuration.locating { try await catalog.createSchedule(schedule) }
        return Result(
            schedule: try await catalog.schedule(named: request.name),
            droppedSections: (configuration.trainer.isCommandAlone ? [] : ["trainer, except command,"])
                + (Self.isOfOneMachine(configuration.settings) ? ["learning, as to device, loaders and logSteps,"] : [])
                + (configuration.daemon == DaemonSettings() ? [] : ["daemon"])
                + (configuration.notify == NotifySettings() ? [] : ["notify"]))
    }

    /// Whether a key is set that only says how one machine computes, and is no part of a run.
    private static func isOfOneMachine(_ settings: LearningSettings) -> Bool {
        let (defaults, identity) = (LearningSettings().values, settings.identity)
        return settings.values.contains { identity[$0.key] == nil && defaults[$0.key] != $0.value }
    }

    private static func check(_ request: Request) throws(WorkflowError) {
        let allowed = request.name.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_.".utf8.contains($0)
        }
        guard allowed, (1...50).contains(request.name.utf8.count), !request.name.hasPrefix(".") else {
            throw WorkflowError(
                .badInput, "a schedule cannot be named \(request.name)",
                remedy: "give 1 to 50 letters, digits, '-', '_' or '.', of which the first is not '.'")
        }
        guard request.trigger.cron != nil || request.trigger.whenNew != nil else {
            throw WorkflowError(
                .usage, "the schedule would never make a run",
                remedy: "give --cron, --when-new, or both")
        }
        if let window = request.trigger.window, window.start == window.end {
            throw WorkflowError(
                .usage, "the window \(window) has no length", remedy: "give --window a later end, or leave it out")
        }
    }

    private static func schedule(_ request: Request, _ configuration: RunConfiguration) throws -> NewSchedule {
        let plan = configuration.plan
        var schedule = NewSchedule(
            name: request.name, configuration: JSONText(try configuration.json()), split: plan.split,
            origins: plan.knownOrigins, trainsUnassigned: plan.trainsOnUnassigned, modalities: plan.modalities,
            organs: plan.organs.map { OrganKey($0) },
            classMapping: Dictionary(
                uniqueKeysWithValues: plan.classMapping.map { organ, accepted in
                    (OrganKey(organ), accepted.map { OrganKey($0) })
                }))
        schedule.trigger = request.trigger
        (schedule.overlap, schedule.catchUp) = (request.overlap, request.catchUp)
        (schedule.adopt, schedule.startFrom) = (request.adopt, request.startFrom)
        schedule.adoptionMargin = request.adoptionMargin ?? schedule.adoptionMargin
        schedule.adoptionVolumes = request.adoptionVolumes ?? schedule.adoptionVolumes
        schedule.maximumHours = request.maximumHours
        return schedule
    }
}
