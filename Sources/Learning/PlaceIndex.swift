internal import Domain

/// Where organs are: for each case and organ about 4,096 accepted voxels, evenly spread, and for each organ the cases that show
/// it.
struct PlaceIndex {
    /// [case][organ]: linear voxel indices, ascending.
    let voxels: [[[Int32]]]
    /// [organ]: cases with at least one such voxel, ascending.
    let showing: [[Int]]
    /// Organs shown by any case, ascending.
    let shown: [Int]
    /// Cases with anything known, ascending.
    let informative: [Int]

    init(_ cases: [TrainingCase], organs: Int) {
        voxels = cases.map { item in
            item.labels.map { label in label.acceptedForeground.map(Self.spread) ?? [] }
        }
        let voxels = self.voxels
        let showing = (0..<organs).map { organ in cases.indices.filter { !voxels[$0][organ].isEmpty } }
        self.showing = showing
        shown = showing.indices.filter { !showing[$0].isEmpty }
        informative = cases.indices.filter { !cases[$0].knownRegions.isEmpty }
    }

    private static func spread(_ bits: BitVolume) -> [Int32] {
        let step = max(1, bits.population / 4096)
        var result: [Int32] = []
        var seen = 0
        bits.forEachSet { voxel in
            if seen % step == 0 { result.append(Int32(voxel)) }
            seen += 1
        }
        return result
    }
}

extension TrainingCase {
    /// Boxes in which something is known: extents of complete and composite labels, and the whole volume for a pseudo label with
    /// an accepted voxel.
    var knownRegions: [VoxelBox] {
        let whole = VoxelBox(shape)
        let regions: [VoxelBox?] = labels.map { label in
            switch label {
            case .known(_, let extent, let known):
                known?.isEmpty == true ? nil : extent.map(whole.intersection) ?? whole
            case .pseudo(_, let known): known?.isEmpty == true ? nil : whole
            case .unknown: nil
            }
        }
        return (regions.compactMap { $0 } + composites.map { $0.extent.map(whole.intersection) ?? whole })
            .filter { !$0.isEmpty }
    }
}
