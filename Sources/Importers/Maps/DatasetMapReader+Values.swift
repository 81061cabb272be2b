internal import Domain
internal import Yams

/// The meaning of values and of class files.
extension DatasetMapReader {
    /// What a value, or a class file, means.
    private enum Meaning {
        case organs([OrganKey])
        case background
        case ignored
    }

    func read(_ node: Node, into map: inout DatasetMap) throws(ImportError) {
        var entries: [LabelMap.Entry] = []
        var names: [(name: String, organs: [OrganKey])] = []
        for (key, value) in try pairs(node, "values") {
            guard let meaning = attempt({ () throws(ImportError) in try meaning(key, value) }) else {
                problems.concernMeanings = true
                continue
            }
            guard let number = key.string.flatMap({ LabelValue.parse($0) }) else {
                let name = key.string ?? ""
                note(key, as: Ontology.normalised(name), "file name")
                if !map.namesOrgans {
                    problems.add(wrong(key, "the value \(name) is not a whole number above 0"))
                    problems.concernMeanings = true
                } else if case .organs(let organs) = meaning {
                    names.append((name, organs))
                } else {
                    map.skippedNames.insert(Ontology.normalised(name))
                }
                continue
            }
            note(key, as: String(number), "value")
            if case .background = meaning, number == 0 { continue }
            guard number > 0 else {
                problems.add(wrong(key, "the value \(number) is not a whole number above 0; 0 is background"))
                problems.concernMeanings = true
                continue
            }
            switch meaning {
            case .background: map.background.insert(number)
            case .ignored: map.unknown.insert(number)
            case .organs(let organs):
                entries.append(LabelMap.Entry(value: number, name: Self.firstName(value), organs: organs))
            }
        }
        let first = (entries.map(\.value).max() ?? 0) + 1
        entries += names.enumerated().map {
            LabelMap.Entry(value: first + $0.offset, name: $0.element.name, organs: $0.element.organs)
        }
        map.labels = LabelMap(release: map.labels.release, entries: entries)
    }

    /// YAML takes `1`, `'1'` and `01` for different keys.
    private func note(_ key: Node, as spelling: String, _ kind: String) {
        let line = key.mark?.line ?? 1
        if let other = problems.given[spelling] {
            problems.add(
                wrong(
                    key,
                    "the \(kind) \(spelling) occurs twice, as \(other.key) in line \(other.line) and as "
                        + "\(key.string ?? spelling) in line \(line)"))
        } else {
            problems.given[spelling] = (key.string ?? spelling, line)
        }
    }

    private static func firstName(_ node: Node) -> String { (node.sequence?.first ?? node).string ?? "" }

    private func meaning(_ key: Node, _ value: Node) throws(ImportError) -> Meaning {
        let nodes = value.sequence.map(Array.init) ?? [value]
        let names = nodes.map { $0.string ?? "" }
        let written = key.string ?? "?"
        guard !names.isEmpty, !names.contains("") else { throw wrong(key, "the value \(written) has no organ") }
        switch names {
        case ["ignore"], ["ignored"]: return .ignored
        case ["background"]: return .background
        default:
            if let word = names.first(where: { ["ignore", "ignored", "background"].contains($0) }) {
                throw wrong(key, "the value \(written) means \(word) beside an organ; give it one of the two meanings")
            }
            let organs = try nodes.map { node throws(ImportError) in try organ(node) }
            if let (one, other) = ontology.exclusion(among: organs) {
                throw wrong(key, "the value \(written) means \(one) and \(other), but a voxel is at most one of them")
            }
            return .organs(organs)
        }
    }

    /// The values under `background` or `ignored`: one, or a list.
    func read(list node: Node, named name: String, into map: inout DatasetMap) throws(ImportError) {
        for item in node.sequence.map(Array.init) ?? [node] {
            guard let number = item.string.flatMap({ LabelValue.parse($0) }), number >= 0 else {
                throw wrong(item, "\(name) must be a value, or a list of values")
            }
            if let other = problems.given[String(number)], map.labels[number] != nil {
                throw wrong(item, "the value \(number) is also listed under values, in line \(other.line)")
            }
            if name == Key.ignored.rawValue { map.unknown.insert(number) } else { map.background.insert(number) }
        }
        if let both = map.unknown.intersection(map.background).min() {
            throw wrong(node, "the value \(both) is both background and ignored")
        }
    }

    func organ(_ node: Node) throws(ImportError) -> OrganKey {
        let name = try text(node, "organ")
        guard let organ = ontology.organ(named: name) else {
            throw wrong(
                node,
                "no organ is named \(name); add it with lacuna organ import, correct the name, or write background or ignored"
            )
        }
        return organ.key
    }
}
