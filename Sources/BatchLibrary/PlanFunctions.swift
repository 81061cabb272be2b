internal import Batches
internal import Domain

// The functions of the library. Texts are UTF-8 that ends with a zero byte; counts are numbers of elements. A function that returns a status
// returns 0, or 1 (an argument is wrong), 2 (a file is wrong) or 3 (nothing is known in any volume) and writes a message.

/// The version of the functions; a caller refuses others than its own.
@_cdecl("lacuna_batches_version") public func batchesVersion() -> Int64 { 1 }

/// A new description of batches, to be freed.
///
/// - Parameters: the keys of the organs, in the order of the channels of the labels.
@_cdecl("lacuna_batches_plan")
public func makePlan(
    _ organs: UnsafePointer<UnsafePointer<CChar>>, _ count: Int64
) -> UnsafeMutableRawPointer {
    CallerHandle.give(BatchPlan(organs: (0..<Int(count)).map { String(cString: organs[$0]) }))
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
        let parts = (0..<Int(count)).map { Int(parts[$0]) }
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
