internal import Catalog
internal import Objects
internal import Rounds

/// A checkpoint of a round with its bytes read.
struct ReadableCheckpoint: Sendable {
    let step: Int
    let object: ObjectID
    let bytes: [UInt8]
}

extension LearningWorker {
    /// The newest checkpoint of the round that can be read. Damaged ones are discarded with a warning, so that the work since
    /// the one before is repeated.
    func newestReadable(
        _ kind: CheckpointKind, _ context: RoundContext, _ observer: any RoundObserver
    ) async throws -> ReadableCheckpoint? {
        let (number, round) = (context.round.number, await rounds.roundID(context.round.number))
        for record in try await catalog.checkpoints(of: round, kind: kind) {
            do {
                return try await read(record)
            } catch let damage as CheckpointDamage {
                try await rounds.fenced {
                    try await catalog.discard(record.id, of: round, rounds.claim, problem: damage.problem)
                }
                observer.observe(.discarded(round: number, step: record.step, problem: damage.problem))
            }
        }
        return nil
    }

    /// The weights of the run from which this one starts.
    ///
    /// - Throws: `DaemonError.startMissing` where they cannot be read, and the errors of a store that cannot be used.
    func weights(of origin: RunOrigin) async throws -> [UInt8] {
        guard let weights = origin.weights else { throw DaemonError.startMissing(run: origin.run) }
        do {
            let bytes = try await bytes(of: weights)
            try await trainer.requireReadable(bytes)
            return bytes
        } catch let error as ObjectStoreError where error.isDamage {
            throw DaemonError.startMissing(run: origin.run)
        } catch is CheckpointDamage {
            throw DaemonError.startMissing(run: origin.run)
        }
    }

    /// - Throws: `CheckpointDamage` where the bytes are missing or wrong, and the errors of a store that cannot be used.
    private func read(_ record: CheckpointRecord) async throws -> ReadableCheckpoint {
        do {
            let bytes = try await bytes(of: record.object)
            try await trainer.requireReadable(bytes)
            return ReadableCheckpoint(
                step: record.step, object: ObjectID(digest: record.object, size: bytes.count), bytes: bytes)
        } catch let error as ObjectStoreError where error.isDamage {
            throw CheckpointDamage(problem: error.problem)
        }
    }
}
