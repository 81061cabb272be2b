public import Domain

extension TrainingLabels {
    /// The same with pseudo labels of organs of which an annotation says nothing: as if all had been coded together, but without reading
    /// the annotations again. Blocks.
    ///
    /// - Parameters:
    ///   - pseudo: on the grid of the labels, by organ.
    ///   - compositeSets: the parts of each composite label, in the order of the channels.
    /// - Returns: nil where the combinations of states are too many for one byte.
    public func adding(
        _ pseudo: [Int: OrganLabel], rule: KnownVoxelRule, compositeSets: [[Int]]
    ) -> TrainingLabels? {
        guard let states = states.adding(pseudo, rule: rule, compositeSets: compositeSets) else { return nil }
        var (places, counts, regions) = (places, counts, knownRegions)
        for (organ, label) in pseudo {
            let own = VolumeOutline.Counts(label, shape)
            places[organ] = SharedBuffer(label.acceptedForeground.map(Self.spread) ?? [])
            counts[organ] = own
            if own.known > 0 { regions.append(VoxelBox(shape)) }
        }
        return TrainingLabels(states: states, places: places, counts: counts, knownRegions: regions)
    }
}

extension VoxelStates {
    /// - Parameter pseudo: by organ.
    fileprivate func adding(
        _ pseudo: [Int: OrganLabel], rule: KnownVoxelRule, compositeSets: [[Int]]
    ) -> VoxelStates? {
        guard let base = groups.first, groups.count == 1 else { return nil }
        let (organs, slice) = (pseudo.keys.sorted(), shape.x * shape.y)
        let joined = StateEncoder.encode(shape, channels: 1 + organs.count) { z, planes in
            base.codes.withValues { codes in
                _ = UnsafeMutableBufferPointer(rebasing: planes[..<slice]).update(
                    from: codes[z * slice..<(z + 1) * slice])
            }
            for (i, organ) in organs.enumerated() {
                let plane = UnsafeMutableBufferPointer(rebasing: planes[(i + 1) * slice..<(i + 2) * slice])
                pseudo[organ]?.fill(plane, first: z * slice)
            }
        }
        guard let combined = joined.groups.first, joined.groups.count == 1 else { return nil }
        let tables = combined.states(of: base, organs: organs, rule: rule, compositeSets: compositeSets)
        return VoxelStates(
            shape, [Group(channels: base.channels, used: combined.used, tables: tables, codes: combined.codes)])
    }
}

extension VoxelStates.Group {
    /// The tables of a group whose channels are the codes of another one and what pseudo labels of some organs say.
    fileprivate func states(
        of base: VoxelStates.Group, organs: [Int], rule: KnownVoxelRule, compositeSets: [[Int]]
    ) -> [UInt8] {
        let size = StateEncoder.tableSize
        func column(_ channel: Int, of tables: [UInt8]) -> [UInt8] {
            Array(tables[channel * size..<channel * size + used])
        }
        let codes = column(0, of: tables)
        let known = base.channels.map { channel in codes.map { base.tables[channel * size + Int($0)] } }
        var planes = Array(known[..<rule.organCount])
        var composites = Array(known[rule.organCount...])
        let pseudo = organs.enumerated().map { ($1, column($0 + 1, of: tables)) }
        rule.add(
            Dictionary(uniqueKeysWithValues: pseudo), to: &planes, compositePlanes: &composites,
            compositeSets: compositeSets)
        return (planes + composites).flatMap { $0 + Array(repeating: 0, count: size - used) }
    }
}

extension OrganLabel {
    /// What a pseudo label says of as many voxels as the plane has, from the voxel `first` on.
    fileprivate func fill(_ plane: UnsafeMutableBufferPointer<UInt8>, first: Int) {
        guard case .pseudo(let foreground, let known) = self else {
            return plane.update(repeating: VoxelKnowledge.unknown)
        }
        for i in plane.indices {
            let isKnown = known?[first + i] ?? true
            let truth = foreground[first + i] ? VoxelKnowledge.positive : VoxelKnowledge.negative
            plane[i] = isKnown ? truth : VoxelKnowledge.unknown
        }
    }
}
