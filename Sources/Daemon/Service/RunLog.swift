internal import Domain
internal import Jobs
internal import Logging
internal import Monitoring
internal import Rounds

/// Logs the events of a run. Messages are constant; variable values are metadata under the keys of `LogKey`.
struct RunLog: RoundObserver, ClaimObserver {
    let logger: Logger

    func observe(_ event: RoundEvent) {
        switch event {
        case .opened(let run, let round, let isNew):
            logger.info("run opened", [.run: run, .round: round.map { "\($0)" } ?? "none", .isNew: isNew])
        case .began(let work, let round): logger.info("work began", [.round: round, .work: work.rawValue])
        case .prepared(let round, let done, let total):
            logger.debug("volume prepared", [.round: round, .done: done, .total: total])
        case .step(let round, let step, let steps, let loss, let time):
            logger.debug(
                "step finished",
                [
                    .round: round, .step: step, .steps: steps, .loss: loss.map { "\($0)" } ?? "not read",
                    .seconds: time.duration / .seconds(1),
                ])
        case .saved(let round, let step): logger.info("checkpoint stored", [.round: round, .step: step])
        case .discarded(let round, let step, _):
            logger.notice("damaged checkpoint discarded", [.round: round, .step: step])
        case .trained(let round, let weights):
            logger.info(
                "network trained",
                [
                    .round: round, .steps: weights.roundSteps ?? weights.steps, .object: weights.object,
                    .reason: weights.ending?.rawValue ?? "unknown",
                ])
        case .validated(let round, let step, let dice):
            logger.info(
                "network validated", [.round: round, .step: step, .dice: dice.map { "\($0)" } ?? "unknown"])
        case .confidenceFitted(let round, _): logger.info("confidence fitted", [.round: round])
        case .evaluated(let round, let evaluation):
            logger.info("round evaluated", [.round: round, .dice: evaluation.meanDice.map { "\($0)" } ?? "unknown"])
        case .withheld(let round, let organ, let reason):
            logger.notice("organ withheld", [.round: round, .organ: organ, .reason: reason.rawValue])
        case .staged(let round, let volume, let done, let total):
            logger.debug(
                "labels staged",
                [.round: round, .volume: volume.map { "\($0)" } ?? "elsewhere", .done: done, .total: total])
        case .published(let round, let publication):
            logger.info(
                "round published", [.round: round, .labels: publication.labels, .revision: publication.revision])
        case .closed(let round): logger.info("round closed", [.round: round])
        case .failed(let round, let reason): logger.error("round failed", [.round: round, .reason: reason])
        case .ended(.finished): logger.info("run finished", [:])
        case .ended(.stopped(let round)): logger.info("run stopped", [.round: round])
        }
    }

    func waits(for holder: JobHolder) {
        logger.notice("lease awaited", [.worker: holder.worker, .seconds: max(0, holder.secondsLeft)])
    }

    func publishedBeside(_ current: String?) {
        logger.notice("published run is not the current one", [.run: current ?? "none"])
    }

    func failed(with error: any Error) { logger.error("run failed", [.reason: FailureReason.text(of: error)]) }
}
