internal import Domain
internal import Monitoring
internal import Rounds

/// Counts and measures the events of a run.
struct MetricsObserver: RoundObserver, ClaimObserver {
    let metrics: LacunaMetrics
    /// The name of the run.
    let run: String

    func observe(_ event: RoundEvent) {
        switch event {
        case .step(_, _, _, _, let time):
            metrics.step(seconds: time.duration / .seconds(1), loaderWait: time.loaderWait / .seconds(1))
        case .began(let work, let round): RoundState.allCases.first { $0.work == work }.map { set($0, round) }
        case .evaluated(let round, let evaluation):
            metrics.setDice(evaluation.organs.compactMapValues(\.dice))
            set(.evaluated, round)
        case .withheld(_, let organ, let reason): metrics.withheld(organ: organ, reason: reason.rawValue)
        case .published(let round, _), .closed(let round):
            set(.published, round)
            metrics.succeeded(at: .now)
        case .failed(let round, _): set(.failed, round)
        default: break
        }
    }

    func published(_ labels: [OrganKey: Int]) {
        metrics.published(Dictionary(uniqueKeysWithValues: labels.map { ($0.key.rawValue, $0.value) }))
    }

    private func set(_ state: RoundState, _ round: Int) {
        metrics.setRound(round, of: run, state: state.rawValue, states: RoundState.allCases.map(\.rawValue))
    }
}
