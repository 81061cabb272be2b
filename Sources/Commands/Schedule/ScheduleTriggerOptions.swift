internal import ArgumentParser
internal import Catalog
internal import Console

/// When a schedule makes runs.
struct ScheduleTriggerOptions: ParsableArguments {
    @Option(help: .value("expression", "Times of runs: minute, hour, day of month, month, weekday, or such as @daily."))
    var cron: String?

    @Option(help: .value("zone", "IANA time zone of --cron and --window."))
    var timeZone = "UTC"

    @Option(
        help: .value("N", "Start a run when N annotations are new since the revision that the last run trained on."))
    var whenNew: Int?

    @Option(help: .value("duration", "Count new annotations when none was recorded for this time."))
    var quietTime = DurationArgument(seconds: 60)

    @Option(help: .value("from-to", "Local times between which runs may start, such as 20:00-06:00. (default: always)"))
    var window: TimeWindow?

    @Option(help: .value("duration", "Delay each run of --cron by up to this time."))
    var jitter = DurationArgument(seconds: 0)

    func validate() throws {
        if let whenNew, !(1...Int(Int32.max)).contains(whenNew) {
            throw ValidationError("--when-new must be at least 1.")
        }
        for (name, duration) in [("quiet-time", quietTime), ("jitter", jitter)] where duration.seconds > 86_400 {
            throw ValidationError("--\(name) must be at most 24h.")
        }
    }

    var trigger: ScheduleTrigger {
        var trigger = ScheduleTrigger()
        (trigger.cron, trigger.timeZone, trigger.whenNew) = (cron, timeZone, whenNew)
        (trigger.quietSeconds, trigger.window, trigger.jitterSeconds) = (quietTime.seconds, window, jitter.seconds)
        return trigger
    }
}
