struct IndexedLink {
    let part, whole: Int
    let relation: OrganRelation
}

extension Ontology {
    /// Organs without divisions: the classes that a network can predict. Includes lesions.
    public var leaves: [OrganKey] { organs.indices.filter { divisionIndices[$0].isEmpty }.map { organs[$0].key } }

    /// The leaves of which the organ consists, in the order of positions; the organ itself if it is a leaf; empty if
    /// unknown.
    public func leaves(of key: OrganKey) -> [OrganKey] {
        guard let index = indices[key] else { return [] }
        return downsets[index].filter { divisionIndices[$0].isEmpty && isDivision($0, of: index) }
            .sorted().map { organs[$0].key }
    }

    /// The direct divisions of the organ; empty for a leaf.
    public func divisions(of key: OrganKey) -> [OrganKey] {
        indices[key].map { divisionIndices[$0].map { organs[$0].key } } ?? []
    }

    /// All transitive parts, without the organ itself, in the order of positions.
    public func parts(of key: OrganKey) -> [OrganKey] {
        guard let index = indices[key] else { return [] }
        return downsets[index].subtracting([index]).sorted().map { organs[$0].key }
    }

    /// All organs of which this one is a transitive part, without itself, in the order of positions.
    public func wholes(of key: OrganKey) -> [OrganKey] {
        guard let index = indices[key] else { return [] }
        return organs.indices.filter { $0 != index && downsets[$0].contains(index) }.map { organs[$0].key }
    }

    /// The organ of which this one is a transitive variant; itself if it is not a variant.
    public func base(of key: OrganKey) -> OrganKey { indices[key].map { organs[base(of: $0)].key } ?? key }

    /// The transitive variants of an organ, in the order of positions.
    public func variants(of key: OrganKey) -> [OrganKey] {
        guard let index = indices[key] else { return [] }
        return bases.keys.filter { $0 != index && leads($0, to: index) }.sorted().map { organs[$0].key }
    }

    /// Whether a voxel of one organ is certainly not a voxel of the other. Symmetric.
    ///
    /// Two organs exclude each other unless they are the same, one is a transitive part of the other, they share a
    /// part, or they, or parts of them, are declared to overlap. A lesion excludes the organs that its host excludes,
    /// and therefore not its host, the host's parts and wholes; it excludes no other lesion; a lesion without a host
    /// excludes nothing. A variant excludes the organs that its base excludes. Unknown organs exclude nothing.
    public func excludes(_ a: OrganKey, _ b: OrganKey) -> Bool {
        guard let first = indices[a], let second = indices[b], first != second else { return false }
        if related(first, second) { return false }
        let (plainFirst, plainSecond) = (base(of: first), base(of: second))
        if plainFirst == plainSecond { return false }
        if (plainFirst, plainSecond) != (first, second) {
            return excludes(organs[plainFirst].key, organs[plainSecond].key)
        }
        switch (organs[first].isLesion, organs[second].isLesion) {
        case (false, false): return true
        case (true, true): return false
        case (true, false): return hostExcludes(first, b)
        case (false, true): return hostExcludes(second, a)
        }
    }

    private func base(of index: Int) -> Int {
        var (found, steps) = (index, 0)
        while let next = bases[found], steps < bases.count { (found, steps) = (next, steps + 1) }
        return found
    }

    func leads(_ variant: Int, to index: Int) -> Bool {
        var (found, steps) = (variant, 0)
        while let next = bases[found], steps < bases.count {
            if next == index { return true }
            (found, steps) = (next, steps + 1)
        }
        return false
    }

    private func hostExcludes(_ lesion: Int, _ organ: OrganKey) -> Bool {
        guard let host = organs[lesion].host, self[host]?.isLesion == false else { return false }
        return excludes(host, organ)
    }

    private func related(_ a: Int, _ b: Int) -> Bool {
        if !downsets[a].isDisjoint(with: downsets[b]) { return true }
        return downsets[a].contains { overlaps[$0].map { !$0.isDisjoint(with: downsets[b]) } ?? false }
    }

    private func isDivision(_ part: Int, of whole: Int) -> Bool {
        var seen: Set<Int> = [whole]
        var open = [whole]
        while let next = open.popLast() {
            if next == part { return true }
            open += divisionIndices[next].filter { seen.insert($0).inserted }
        }
        return false
    }

    static func downsets(_ edges: [IndexedLink], count: Int) -> [Set<Int>] {
        var children = [[Int]](repeating: [], count: count)
        for edge in edges where edge.relation.isPart { children[edge.whole].append(edge.part) }
        return (0..<count).map { start in
            var found: Set<Int> = [start]
            var open = [start]
            while let next = open.popLast() { open += children[next].filter { found.insert($0).inserted } }
            return found
        }
    }

    static func divisions(_ edges: [IndexedLink], count: Int) -> [[Int]] {
        var divisions = [[Int]](repeating: [], count: count)
        for edge in edges where edge.relation == .division { divisions[edge.whole].append(edge.part) }
        return divisions.map { $0.sorted() }
    }
}
