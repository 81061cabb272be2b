/// The metrics of the daemon. Labels are names of runs, organs, kinds and states; no patient data.
public struct LacunaMetrics: Sendable {
    public let registry: MetricRegistry

    public init() { registry = MetricRegistry(Self.families) }

    // MARK: - Runs

    /// The state of the round in progress: 1 for its state, 0 for the others of `states`.
    public func setRound(_ round: Int, of run: String, state: String, states: [String]) {
        let series = states.map { ([run, String(round), $0], $0 == state ? 1.0 : 0) }
        registry.replace(Self.roundState, with: Dictionary(uniqueKeysWithValues: series))
    }

    /// A training step, with the part of it that waited for a batch. Both in seconds.
    public func step(seconds: Double, loaderWait: Double) {
        registry.observe(seconds, in: Self.stepSeconds)
        registry.observe(loaderWait, in: Self.loaderWaitSeconds)
    }

    /// The mean Dice, 0 to 1, of each organ on the held-out volumes of the last evaluation.
    public func setDice(_ byOrgan: [String: Double]) {
        registry.replace(Self.dice, with: Dictionary(uniqueKeysWithValues: byOrgan.map { ([$0.key], $0.value) }))
    }

    public func published(_ labelsByOrgan: [String: Int]) {
        for (organ, labels) in labelsByOrgan { registry.add(Double(labels), to: Self.labelsPublished, [organ]) }
    }

    /// An organ of a round, or a mask, was withheld.
    public func withheld(organ: String, reason: String) { registry.add(to: Self.labelsWithheld, [organ, reason]) }

    // MARK: - The queue

    /// The number of jobs by kind and state; the combinations that are not given are no longer shown.
    public func setQueue(_ jobs: [(kind: String, state: String, count: Int)]) {
        let series = jobs.map { ([$0.kind, $0.state], Double($0.count)) }
        registry.replace(Self.queueJobs, with: Dictionary(series) { $0 + $1 })
    }

    /// Leases that expired: of this daemon, or of others whose jobs it returned to the queue.
    public func leasesExpired(_ count: Int = 1) { registry.add(Double(count), to: Self.leaseExpired) }

    /// Ticks of schedules that were not run at their time.
    public func ticksMissed(_ count: Int = 1) { registry.add(Double(count), to: Self.scheduleMissed) }

    /// A job ended as it should.
    public func succeeded(at time: WallTime) {
        registry.set(Self.lastSuccess, to: Double(time.millisecondsSince1970) / 1000)
    }

    // MARK: - Families

    static let roundState = MetricFamily(
        "lacuna_round_state", .gauge, "State of the round in progress: 1 for its state, 0 for the others.",
        labels: ["run", "round", "state"])
    static let stepSeconds = MetricFamily(
        "lacuna_step_seconds",
        .histogram(bounds: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]),
        "Duration of a training step, with the wait for its batch.")
    static let loaderWaitSeconds = MetricFamily(
        "lacuna_loader_wait_seconds",
        .histogram(bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]),
        "Time for which a training step waited for its batch.")
    static let dice = MetricFamily(
        "lacuna_dice", .gauge, "Mean Dice on the held-out volumes of the last evaluation.", labels: ["organ"])
    static let labelsPublished = MetricFamily(
        "lacuna_labels_published_total", .counter, "Pseudo labels that were published.", labels: ["organ"])
    static let labelsWithheld = MetricFamily(
        "lacuna_labels_withheld_total", .counter, "Organs of rounds, and single masks, that were withheld.",
        labels: ["organ", "reason"])
    static let queueJobs = MetricFamily(
        "lacuna_queue_jobs", .gauge, "Jobs in the database that are waiting, running or dead.",
        labels: ["kind", "state"])
    static let leaseExpired = MetricFamily(
        "lacuna_lease_expired_total", .counter, "Leases that this daemon lost, or found expired.")
    static let scheduleMissed = MetricFamily(
        "lacuna_schedule_missed_total", .counter, "Ticks of schedules that were not run at their time.")
    static let lastSuccess = MetricFamily(
        "lacuna_last_success_timestamp_seconds", .gauge,
        "Time of the last round or job that ended as it should, in seconds since 1970; unknown before the first.")

    static let families = [
        roundState, stepSeconds, loaderWaitSeconds, dice, labelsPublished, labelsWithheld, queueJobs, leaseExpired,
        scheduleMissed, lastSuccess,
    ]
}
