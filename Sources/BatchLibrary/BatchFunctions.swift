internal import Batches

/// Maps the files of a plan, and checks their headers and shapes. Returns a status.
///
/// - Parameters:
///   - rank, ranks: which of several processes this is: its rows are a part of those of a batch as many times larger.
///   - batches: the result, to be freed after the last call that uses it.
@_cdecl("lacuna_batches_open")
public func openBatches(
    _ plan: UnsafeMutableRawPointer, _ rank: Int64, _ ranks: Int64,
    _ batches: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ message: UnsafeMutablePointer<CChar>?,
    _ capacity: Int64
) -> Int32 {
    CallerMessage(start: message, capacity: capacity).status { () throws(LibraryError) in
        let plan = CallerHandle.object(plan, BatchPlan.self)
        batches.pointee = CallerHandle.give(try plan.open(rank: Int(rank), ranks: Int(ranks)))
    }
}

@_cdecl("lacuna_batches_free")
public func freeBatches(_ batches: UnsafeMutableRawPointer?) { CallerHandle.free(batches, OpenBatches.self) }

/// Fills a batch, a function of seed, round, step and rank alone. Several threads may call it at the same time. Returns a status.
///
/// - Parameters:
///   - image: [rows, 1 or slices, (z,) y, x], float32, normalised.
///   - states: [rows, organs, (z,) y, x]: 0 unknown, 1 negative, 2 positive; plus 4 by a pseudo label.
///   - composite: [rows, composite labels, (z,) y, x]; may be null where there are none.
///   - origins: [rows, 5]: index of the volume, organ that the row shows or -1, lower corner of the patch along x, y, z; or null.
@_cdecl("lacuna_batches_fill")
public func fillBatch(
    _ batches: UnsafeMutableRawPointer, _ seed: UInt64, _ round: Int64, _ step: Int64,
    _ image: UnsafeMutablePointer<Float>, _ imageCount: Int64,
    _ states: UnsafeMutablePointer<UInt8>, _ stateCount: Int64,
    _ composite: UnsafeMutablePointer<UInt8>?, _ compositeCount: Int64,
    _ origins: UnsafeMutablePointer<Int64>?, _ originCount: Int64,
    _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
    CallerMessage(start: message, capacity: capacity).status { () throws(LibraryError) in
        guard round >= 0, step >= 0 else {
            throw .argument("the round is \(round) and the step \(step)", "count both from 0")
        }
        let target = OpenBatches.Target(
            image: CallerArray(image, count: imageCount), states: CallerArray(states, count: stateCount),
            composite: CallerArray(composite, count: compositeCount),
            origins: CallerArray(origins, count: originCount))
        try CallerHandle.object(batches, OpenBatches.self).fill(
            target, step: Int(step), of: Sampler.Course(seed: seed, round: Int(round)))
    }
}
