/// Takes the prediction of a volume slice by slice, so that no more of it than the slices in progress is in memory.
public protocol PredictionSink: Sendable {
    /// - Parameter slices: those that follow the ones added before.
    mutating func add(_ slices: Prediction)

    /// Called once, after the last slices.
    mutating func finish()
}

extension PredictionSink {
    /// Does nothing.
    public mutating func finish() {}
}
