internal import Console
internal import Domain
internal import Glibc
internal import Jobs
internal import Rounds
internal import Synchronization

/// Reports the progress of a run on standard error: one line per piece of work and round, and a progress bar during training and
/// relabelling.
final class RunProgress: RoundObserver, ClaimObserver {
    private let output: Output
    private let run: String
    private let shown = Mutex(Shown())
    /// A note to print after the next publication.
    private let afterPublication = Mutex<String?>(nil)

    private struct Shown {
        var bar: ProgressBar?
        /// Volumes may still be prepared while steps are taken: the steps are shown.
        var isPreparing = false
        /// The loss that was read last in the round.
        var loss: Double?

        mutating func finish() {
            bar?.finish()
            (bar, isPreparing) = (nil, false)
        }
    }

    /// - Parameter run: the name of the run.
    init(_ output: Output, run: String) { (self.output, self.run) = (output, run) }

    func observe(_ event: RoundEvent) {
        switch event {
        case .prepared(let round, let done, let total): prepare(round, done, total)
        case .step(let round, let step, let steps, let loss, _): advance(round, step, steps, loss)
        case .staged(let round, _, let done, let total): advance("round \(round): relabelling", done, total)
        case .discarded(let round, let step, let problem):
            finishBar()
            output.warn(
                "round \(round): the checkpoint of step \(step) is damaged and discarded (\(problem)); the steps since the one "
                    + "before it are repeated")
        default: if let line = Self.line(event) { end(line) }
        }
        if case .published = event, let note = afterPublication.withLock({ $0.take() }) { output.note(note) }
    }

    /// Prints, after the publication, that its labels are not shown yet.
    func publishedBeside(_ current: String?) {
        afterPublication.withLock {
            $0 =
                "run \(run) is not the current one (\(current.map { "that is \($0)" } ?? "there is none")): to show its labels, "
                + "run lacuna round adopt \(run)"
        }
    }

    func waits(for holder: JobHolder) {
        output.note(
            "the run is held by \(holder.worker); waiting up to "
                + "\(Console.Decimal.fixed(max(0, holder.secondsLeft), places: 1)) s for its lease to end")
    }

    private func prepare(_ round: Int, _ done: Int, _ total: Int) {
        let label = "round \(round): preparing volumes"
        shown.withLock { shown in
            guard shown.bar == nil || shown.isPreparing else { return }
            let bar = shown.bar ?? output.progress(label, total: total)
            bar.show(done, label: label)
            (shown.bar, shown.isPreparing) = (bar, true)
        }
    }

    private func advance(_ round: Int, _ step: Int, _ steps: Int, _ loss: Double?) {
        let known = shown.withLock { shown in
            shown.loss = loss ?? shown.loss
            return shown.loss
        }
        advance("round \(round): " + (known.map { "loss \(Self.short($0))" } ?? "training"), step, steps)
    }

    private func advance(_ label: String, _ done: Int, _ total: Int) {
        shown.withLock { shown in
            if shown.isPreparing { shown.finish() }
            let bar = shown.bar ?? output.progress(label, total: total)
            bar.show(done, label: label)
            shown.bar = bar
        }
    }

    private func end(_ line: String) {
        finishBar()
        output.note(line)
    }

    private func finishBar() {
        shown.withLock { shown in
            shown.finish()
            shown.loss = nil
        }
    }

    private static func line(_ event: RoundEvent) -> String? {
        switch event {
        case .opened(let run, _, isNew: true): "run \(run): new, starting with round 0"
        case .opened(let run, let round, isNew: false):
            round.map { "run \(run): continuing in round \($0)" } ?? "run \(run): all rounds are done"
        case .began(let work, let round): work == .train ? "round \(round): training" : nil
        case .trained(let round, let weights):
            "round \(round): trained, \(weights.roundSteps ?? weights.steps) steps"
                + (weights.loss.map { ", loss \(short($0))" } ?? "")
                + (weights.ending == .plateau ? ", ended at a plateau of the Dice" : "")
        case .validated(let round, let step, let dice):
            "round \(round): step \(step), validation Dice " + (dice.map(short) ?? "unknown")
        case .confidenceFitted(let round, let fit): "round \(round): " + ranking(fit)
        case .evaluated(let round, let evaluation):
            "round \(round): held-out Dice " + (evaluation.meanDice.map(short) ?? "unknown")
        case .withheld(let round, let organ, let reason):
            "round \(round): \(organ) is withheld: \(reason.explanation)"
        case .published(let round, let publication):
            "round \(round): published \(publication.labels) pseudo labels at revision \(publication.revision)"
                + (publication.withheldMasks > 0 ? ", withheld \(publication.withheldMasks)" : "")
        case .closed(let round): "round \(round): closed"
        case .failed(let round, let reason): "round \(round): failed: \(reason)"
        case .ended(.finished): "the run is finished"
        case .ended(.stopped(let round)): "stopped in round \(round); start it again to continue"
        case .prepared, .step, .saved, .staged, .discarded: nil
        }
    }

    private static func ranking(_ fit: ConfidenceFit) -> String {
        func mean(_ values: [String: Double]) -> String {
            values.isEmpty ? "unknown" : short(values.values.reduce(0, +) / Double(values.count))
        }
        return "ranking of predicted voxels (AUROC): confidence \(mean(fit.byConfidence)), "
            + "probability \(mean(fit.byProbability))"
    }

    private static func short(_ value: Double) -> String { Console.Decimal.fixed(value, places: 3) }
}
