public import Domain

extension TrainingLabels {
    /// The same with pseudo labels of organs of which an annotation says nothing: as if all had been coded together, byte for byte, but
    /// without reading the annotations again. Blocks.
    ///
    /// - Parameters:
    ///   - pseudo: on the grid of the labels, by organ.
    ///   - compositeSets: the parts of each composite label, in the order of the channels.
    public func adding(
        _ pseudo: [Int: OrganLabel], rule: KnownVoxelRule, compositeSets: [[Int]]
    ) -> TrainingLabels {
        var (places, counts, regions) = (places, counts, knownRegions)
        for (organ, label) in pseudo {
            let own = AcceptedVoxels(label, shape)
            (places[organ], counts[organ]) = (own.places, own.counts)
            if own.counts.known > 0 { regions.append(VoxelBox(shape)) }
        }
        return TrainingLabels(
            states: states.adding(pseudo, rule: rule, compositeSets: compositeSets), places: places, counts: counts,
            knownRegions: regions)
    }
}

extension VoxelStates {
    /// - Parameter pseudo: by organ.
    fileprivate func adding(
        _ pseudo: [Int: OrganLabel], rule: KnownVoxelRule, compositeSets: [[Int]]
    ) -> VoxelStates {
        var planes = LabelPlanes(shape)
        let added = pseudo.sorted { $0.key < $1.key }.map { (organ: $0.key, label: planes.add($0.value)) }
        let evidence = VoxelEvidence(planes: planes.planes, codes: groups.map(\.codes))
        let channels = rule.organCount + compositeSets.count
        return StateEncoder.encode(shape, channels: channels, evidence) { slice in
            var organs = states(of: slice)
            var composites = Array(organs[rule.organCount...])
            organs.removeSubrange(rule.organCount...)
            let pseudo = added.map { ($0.organ, $0.label.label(in: slice).pseudoStates(slice.count)) }
            rule.add(
                Dictionary(uniqueKeysWithValues: pseudo), to: &organs, compositePlanes: &composites,
                compositeSets: compositeSets)
            return (organs + composites).flatMap { $0 }
        }
    }

    /// The states before, [channel][combination].
    private func states(of slice: EvidenceSlice) -> [[UInt8]] {
        groups.enumerated().flatMap { number, group in
            let codes = slice.codes(number)
            return group.channels.indices.map { channel in
                let first = (channel - group.channels.lowerBound) * StateEncoder.tableSize
                return codes.map { group.tables[first + Int($0)] }
            }
        }
    }
}

extension OrganLabel {
    /// What a pseudo label says of each voxel, without its evidence.
    fileprivate func pseudoStates(_ count: Int) -> [UInt8] {
        guard case .pseudo(let foreground, let known) = self else {
            return Array(repeating: VoxelKnowledge.unknown, count: count)
        }
        return (0..<count).map { voxel in
            guard known?[voxel] ?? true else { return VoxelKnowledge.unknown }
            return foreground[voxel] ? VoxelKnowledge.positive : VoxelKnowledge.negative
        }
    }
}
