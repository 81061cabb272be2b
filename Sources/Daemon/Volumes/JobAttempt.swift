internal import Jobs
internal import Postgres
internal import Tensors

/// One attempt at a claimed job of a volume: it ends as done, failed, released, or lost to another daemon.
struct JobAttempt: Sendable {
    let queue: JobQueue
    let claims: HeldClaims
    let job: ClaimedJob

    enum Ending: Sendable, Hashable {
        case done
        /// Another attempt follows.
        case failed(reason: String)
        /// No other attempt follows.
        case dead(reason: String)
        /// Another daemon holds the job, or it was cancelled.
        case lost
    }

    /// - Parameters:
    ///   - rethrowing: whether an error ends the caller's work as well, unless it is one of memory.
    ///   - body: does the job and returns its result.
    @discardableResult
    func run(rethrowing: Bool, _ body: () async throws -> String?) async throws -> Ending {
        claims.hold(job.claim)
        defer { claims.drop(job.claim) }
        do {
            try await queue.complete(job.claim, result: try await body())
            return .done
        } catch is CancellationError {
            try? await queue.release(job.claim)
            throw CancellationError()
        } catch let error as PostgresError where error.sqlState == nil {
            throw error  // the connection; the lease ends by itself
        } catch let error as PostgresError where error.isLostClaim {
            return .lost
        } catch {
            return try await fail(error, rethrowing)
        }
    }

    private func fail(_ error: any Error, _ rethrowing: Bool) async throws -> Ending {
        let isMemory = (error as? TensorError)?.isOutOfMemory ?? false
        let reason = isMemory ? "out of memory: \(error)" : JobFailure.reason(of: error)
        let pause = isMemory || rethrowing ? 0 : JobFailure.pauseInSeconds(after: job.attempt)
        let state = try await queue.fail(job.claim, reason: reason, pause: pause)
        if rethrowing, !isMemory { throw error }
        return state == .dead ? .dead(reason: reason) : .failed(reason: reason)
    }
}

extension PostgresError {
    /// Whether the claim is lost, or what was claimed is closed: the run finished, cancelled or recalled.
    var isLostClaim: Bool { ["LA001", "LA005", "LA010", "LA013"].contains(sqlState) }
}
