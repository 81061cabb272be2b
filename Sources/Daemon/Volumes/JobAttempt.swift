internal import Jobs
internal import Postgres
internal import System
internal import Tensors
internal import Trainers

/// One attempt at a claimed job of a volume: it ends as done, failed, released, or lost to another daemon.
struct JobAttempt: Sendable {
    let queue: JobQueue
    let claims: HeldClaims
    let job: ClaimedJob
    /// Raised where the claim is lost: another daemon holds the job, or it was cancelled.
    let lost = StopFlag()

    enum Ending: Sendable, Hashable {
        case done
        /// Another attempt follows.
        case failed(reason: String)
        /// No other attempt follows.
        case dead(reason: String)
        case lost
    }

    /// - Parameters:
    ///   - rethrowing: whether an error ends the caller's work as well, unless another attempt later may
    ///     succeed.
    ///   - body: does the job and returns its result; it ends early where `lost` is raised.
    /// - Throws: `CancellationError` where the work is stopped, transient errors of the database, and where `rethrowing` the others.
    @discardableResult
    func run(rethrowing: Bool, _ body: () async throws -> String?) async throws -> Ending {
        claims.hold(job.claim) { _ in lost.raise() }
        defer { claims.drop(job.claim) }
        do {
            try await queue.complete(job.claim, result: try await body())
            return .done
        } catch is CancellationError {
            if lost.isRaised { return .lost }
            try? await queue.release(job.claim)
            throw CancellationError()
        } catch let error as PostgresError where error.isTransient {
            try? await queue.release(job.claim)  // on a lost connection the lease ends by itself
            throw error
        } catch let error as PostgresError where error.isLostClaim {
            return .lost
        } catch {
            return try await fail(error, rethrowing)
        }
    }

    /// Memory, or an outside program that asks to be started later.
    private static func mayWorkLater(_ error: any Error) -> Bool {
        switch error {
        case TensorError.outOfMemory, TrainerError.busy: true
        default: false
        }
    }

    private func fail(_ error: any Error, _ rethrowing: Bool) async throws -> Ending {
        let isLater = Self.mayWorkLater(error)
        let reason = FailureReason.text(of: error)
        let pause = rethrowing && !isLater ? 0 : JobFailure.pauseInSeconds(after: job.attempt)
        guard let state = try await queue.failHeld(job.claim, reason: reason, pause: pause) else { return .lost }
        if rethrowing, !isLater { throw error }
        return state == .dead ? .dead(reason: reason) : .failed(reason: reason)
    }
}

extension JobQueue {
    /// Ends an attempt; nil where the claim is lost, or its run is closed.
    func failHeld(_ claim: JobClaim, reason: String, pause: Double, final: Bool = false) async throws -> JobState? {
        do {
            return try await fail(claim, reason: reason, pause: pause, final: final)
        } catch let error as PostgresError where error.isEndOfWork {
            return nil
        }
    }
}

extension PostgresError {
    /// Whether the claim is lost, or its run was cancelled.
    var isLostClaim: Bool { ["LA001", "LA013"].contains(sqlState) }

    /// Whether the claim is lost, or its run is closed: finished, cancelled or recalled. As the answer to a claim alone: other
    /// statements are refused with the same codes for other reasons.
    var isEndOfWork: Bool { isLostClaim || ["LA005", "LA010"].contains(sqlState) }
}
