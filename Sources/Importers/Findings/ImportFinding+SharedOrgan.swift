internal import Domain

extension LabelMap {
    /// Entries of different values that mean the same organs, in the order of values; at least two in each group.
    ///
    /// Equal names in a description are one label of several values, a region. A map names each value by itself.
    fileprivate var sharedOrgans: [[Entry]] {
        let isDeclared = release == DatasetLabels.asDeclared
        return Dictionary(grouping: entries, by: \.organs).values
            .filter { $0.count > 1 && (!isDeclared || Set($0.map(\.name)).count > 1) }
            .sorted { $0[0].value < $1[0].value }
    }
}

extension CaseList {
    /// A finding for each organ that several values of a label map mean, except in the maps of public releases.
    var sharedOrgans: [ImportFinding] {
        var (findings, seen, last) = ([ImportFinding](), Set<LabelMap>(), LabelMap?.none)
        for file in (cases.map(\.labels) + waiting.map(\.labels)).joined() {
            guard case .values(let map, _) = file.reading, map != last else { continue }
            last = map
            guard seen.insert(map).inserted, !LabelMap.standard.contains(map) else { continue }
            findings += map.sharedOrgans.map { ImportFinding(sharedBy: $0, file: file.file.path) }
        }
        return findings
    }
}

extension ImportFinding {
    fileprivate init(sharedBy entries: [LabelMap.Entry], file: String) {
        let values = ImportError.list(entries.map { "\($0.value) (\($0.name))" })
        let organs = entries[0].organs.map(\.rawValue).joined(separator: ", ")
        self.init(
            .description, file: file, problem: "the values \(values) all mean \(organs): their voxels become one label",
            remedy: "none needed if that is meant; else give each an organ of its own, in the description or with --map"
        )
    }
}
