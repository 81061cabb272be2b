internal import Batches
internal import Domain

// The functions of the library. What they are for, and what a caller keeps to, is in lacuna_batches.h, whose declarations are theirs.

/// The version of the functions; a caller refuses others than its own. It changes with lacuna_batches.h.
@_cdecl("lacuna_batches_version") public func batchesVersion() -> Int64 { 2 }

/// A new description of batches, to be freed. Returns a status.
///
/// - Parameter organs: their keys, in the order of the channels of the labels.
@_cdecl("lacuna_batches_plan")
public func makePlan(
    _ organs: UnsafePointer<UnsafePointer<CChar>>, _ count: Int64,
    _ plan: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ message: UnsafeMutablePointer<CChar>?,
    _ capacity: Int64
) -> Int32 {
    CallerMessage(start: message, capacity: capacity).status { () throws(LibraryError) in
        let keys = try CallerList.read(organs, count: count, "organs") { String(cString: $0) }
        plan.pointee = CallerHandle.give(try BatchPlan(organs: keys))
    }
}

@_cdecl("lacuna_batches_plan_free")
public func freePlan(_ plan: UnsafeMutableRawPointer?) { CallerHandle.free(plan, BatchPlan.self) }

/// Changes a setting (`learning` in a configuration), written as there: `0.5`, `true`, `nnUNet`, `[128, 128, 128]`. Returns a status.
@_cdecl("lacuna_batches_set")
public func setValue(
    _ plan: UnsafeMutableRawPointer, _ key: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>,
    _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
    CallerMessage(start: message, capacity: capacity).status { () throws(LibraryError) in
        try CallerHandle.object(plan, BatchPlan.self).set(String(cString: key), String(cString: value))
    }
}

/// Adds a composite label of organs, given as indices. Returns a status.
@_cdecl("lacuna_batches_composite")
public func addComposite(
    _ plan: UnsafeMutableRawPointer, _ parts: UnsafePointer<Int64>, _ count: Int64,
    _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
    CallerMessage(start: message, capacity: capacity).status { () throws(LibraryError) in
        let parts = try CallerList.read(parts, count: count, "parts of a composite label") { Int($0) }
        try CallerHandle.object(plan, BatchPlan.self).add(compositeOf: parts)
    }
}

/// Adds a volume: its number, its files in the training cache, and what makes its values input of a network. Returns a status.
///
/// - Parameter normalisation: low and high, mean, deviation, and the value outside the volume.
@_cdecl("lacuna_batches_volume")
public func addVolume(
    _ plan: UnsafeMutableRawPointer, _ number: Int64, _ image: UnsafePointer<CChar>, _ labels: UnsafePointer<CChar>,
    _ normalisation: UnsafePointer<Double>, _ message: UnsafeMutablePointer<CChar>?, _ capacity: Int64
) -> Int32 {
    CallerMessage(start: message, capacity: capacity).status { () throws(LibraryError) in
        let values = (0..<5).map { normalisation[$0] }
        guard values.allSatisfy(\.isFinite), values[0] <= values[1], values[3] > 0 else {
            throw .argument(
                "the normalisation of volume \(number) is no range and deviation",
                "give finite numbers, high not below low and a deviation above 0")
        }
        CallerHandle.object(plan, BatchPlan.self).add(
            BatchPlan.Item(
                volume: VolumeID(number), image: String(cString: image), labels: String(cString: labels),
                normalisation: IntensityMap(
                    low: values[0], high: values[1], mean: values[2], deviation: values[3], outside: values[4])))
    }
}
