internal import System

/// Volumes that are made while batches are already drawn: who asks for one that is not there yet waits for it.
public final class VolumeShelf: VolumeSource {
    private struct Contents {
        var volumes: [TrainingVolume?]
        var failure: (any Error)?
    }

    private let contents: SharedState<Contents>

    public init(count: Int) {
        contents = SharedState(Contents(volumes: Array(repeating: nil, count: count)))
    }

    public func put(_ volume: TrainingVolume, at index: Int) { contents.change { $0.volumes[index] = volume } }

    /// No volume is given any more, for this reason, or the first of several: who asks for one gets the reason at once, not
    /// when the one that is missing is needed.
    public func fail(_ error: any Error) { contents.change { $0.failure = $0.failure ?? error } }

    public func volume(_ index: Int) throws -> TrainingVolume {
        try contents.wait { contents in
            if let failure = contents.failure { throw failure }
            return contents.volumes[index]
        }
    }
}
