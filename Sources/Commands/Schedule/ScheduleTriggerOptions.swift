internal import ArgumentParser
internal import Catalog
internal import Console

/// When a schedule makes runs.
struct ScheduleTriggerOptions: ParsableArguments {
    @Option(help: .value("expression", "Times of runs: minute, hour, day of month, month, weekday, or such as @daily."))
    var cron: String?

    @Option(help: .value("zone", "IANA time zone of --cron and --window. (default: UTC)"))
    var timeZone: String?

    @Option(
        help: .value("N", "Start a run when N annotations are new since the revision that the last run trained on."))
    var whenNew: Int?

    @Option(help: .value("duration", "Count new annotations when none was recorded for this time. (default: 1m)"))
    var quietTime: DurationArgument?

    @Option(help: .value("from-to", "Local times between which runs may start, such as 20:00-06:00. (default: always)"))
    var window: TimeWindow?

    @Option(
        help: .value("duration", "Delay each run of --cron by up to this time, at most that between two. (default: 0s)")
    )
    var jitter: DurationArgument?

    func validate() throws {
        if let whenNew, !(1...Int(Int32.max)).contains(whenNew) {
            throw ValidationError("--when-new must be at least 1.")
        }
        for (name, duration) in [("quiet-time", quietTime), ("jitter", jitter)] {
            if let duration, duration.seconds > 86_400 { throw ValidationError("--\(name) must be at most 24h.") }
        }
        if whenNew == nil, quietTime != nil { throw ValidationError("--quiet-time has no effect without --when-new.") }
        if cron == nil, jitter != nil { throw ValidationError("--jitter has no effect without --cron.") }
        if cron == nil, window == nil, timeZone != nil {
            throw ValidationError("--time-zone has no effect without --cron or --window.")
        }
    }

    var trigger: ScheduleTrigger {
        var trigger = ScheduleTrigger()
        (trigger.cron, trigger.whenNew, trigger.window) = (cron, whenNew, window)
        if let timeZone { trigger.timeZone = timeZone }
        if let quietTime { trigger.quietSeconds = quietTime.seconds }
        if let jitter { trigger.jitterSeconds = jitter.seconds }
        return trigger
    }
}
