internal import Domain

/// Where an organ is by its label, and how much of the volume it says.
struct AcceptedVoxels {
    /// About 4,096 voxels of the organ, evenly spread, as linear indices, ascending.
    let places: SharedBuffer<Int32>
    let counts: VolumeOutline.Counts

    init(_ label: OrganLabel, _ shape: GridShape) {
        let foreground = label.acceptedForeground
        let positive = foreground?.population ?? 0
        places = SharedBuffer(foreground.map { Self.spread($0, positive) } ?? [])
        counts = VolumeOutline.Counts(positive: positive, known: label.knownVoxels(in: shape))
    }

    private static func spread(_ bits: BitVolume, _ population: Int) -> [Int32] {
        let step = max(1, population / 4096)
        var places: [Int32] = []
        // Set voxels before the next place.
        var rest = 0
        for (position, word) in bits.words.enumerated() where word != 0 {
            let count = word.nonzeroBitCount
            guard rest < count else {
                rest -= count
                continue
            }
            var (bits, seen) = (word, 0)
            while bits != 0 {
                if seen == rest {
                    places.append(Int32(position * 64 + bits.trailingZeroBitCount))
                    rest += step
                }
                bits &= bits - 1
                seen += 1
            }
            rest -= count
        }
        return places
    }
}

extension OrganLabel {
    fileprivate func knownVoxels(in shape: GridShape) -> Int {
        switch self {
        case .known(_, let extent, let known):
            known?.population ?? (extent ?? VoxelBox(shape)).intersection(VoxelBox(shape)).shape.count
        case .pseudo(_, let known): known?.population ?? shape.count
        case .unknown: 0
        }
    }
}
