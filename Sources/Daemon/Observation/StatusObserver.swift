internal import Monitoring
internal import Rounds

/// Tells the service manager in one line what a run does.
struct StatusObserver: RoundObserver, ClaimObserver {
    let manager: ServiceManager
    /// The name of the run.
    let run: String

    func observe(_ event: RoundEvent) {
        guard let text = Self.text(event) else { return }
        manager.notify(.status("run \(run): \(text)"))
    }

    private static func text(_ event: RoundEvent) -> String? {
        switch event {
        case .began(.train, let round): "training round \(round)"
        case .began(.fitConfidence, let round): "fitting the confidence of round \(round)"
        case .began(.evaluate, let round): "evaluating round \(round)"
        case .began(.relabel, let round): "relabelling for round \(round)"
        case .failed(let round, _): "round \(round) failed"
        case .ended(.finished): "finished"
        case .ended(.stopped(let round)): "stopped in round \(round)"
        default: nil
        }
    }
}
