internal import Domain
internal import Yams

/// Reads the nodes of a caller's description; every error names the line.
struct DatasetMapReader {
    let file: String
    let ontology: Ontology

    private enum Key: String, CaseIterable {
        case release, images, labels, values, `case`, subject, phase, complete, origin, modality, licence
    }

    func map(_ root: Node) throws(ImportError) -> DatasetMap {
        var nodes: [Key: Node] = [:]
        for (key, node) in try pairs(root, "keys") {
            let name = key.string ?? ""
            guard let known = Key(rawValue: name) else {
                let keys = Key.allCases.map(\.rawValue).joined(separator: ", ")
                throw wrong(key, "the key \(name) is unknown; known keys: \(keys)")
            }
            guard nodes.updateValue(node, forKey: known) == nil else {
                throw wrong(key, "the key \(name) occurs twice")
            }
        }
        return try map(nodes, root)
    }

    private func map(_ nodes: [Key: Node], _ root: Node) throws(ImportError) -> DatasetMap {
        var patterns = nodes[.labels]
        var values = nodes[.values]
        if let labels = patterns, labels.mapping != nil, labels["regex"] == nil {
            guard values == nil else { throw wrong(labels, "the meaning of values is given here and under values") }
            (values, patterns) = (labels, nil)
        }
        let stem = file.split(separator: ".").first.map(String.init) ?? file
        let release = try nodes[.release].map { node throws(ImportError) in try text(node, "release") } ?? stem
        var map = DatasetMap(labels: LabelMap(release: release, entries: []))
        map.labelFiles = try self.patterns(patterns)
        map.images = try self.patterns(nodes[.images])
        if let values { try read(values, into: &map) }
        try check(map, nodes, root)
        map.caseName = try nodes[.case].map { node throws(ImportError) in try template(node, map) }
        map.subject = try nodes[.subject].map { node throws(ImportError) in try template(node, map) }
        map.phase = try nodes[.phase].map { node throws(ImportError) in try template(node, map) }
        map.scope = try nodes[.complete].map { node throws(ImportError) in try scope(node) }
        map.licence = try nodes[.licence].map { node throws(ImportError) in try licence(node) }
        if let node = nodes[.origin] { try origin(node, into: &map) }
        if let node = nodes[.modality] { map.modality = try modality(node) }
        return map
    }

    private func check(_ map: DatasetMap, _ nodes: [Key: Node], _ root: Node) throws(ImportError) {
        let namesOrgans = map.labelFiles.contains { $0.names.contains(RuleLayout.organ) }
        guard !map.labels.entries.isEmpty || namesOrgans else {
            throw wrong(root, "the key values, which maps values to organs, is missing")
        }
        guard map.images.isEmpty == map.labelFiles.isEmpty else {
            throw wrong(nodes[.images] ?? nodes[.labels] ?? root, "images and labels must be given together")
        }
        let (images, labels) = (Set(map.images.flatMap(\.names)), Set(map.labelFiles.flatMap(\.names)))
        guard images.isEmpty || labels.subtracting([RuleLayout.organ]).isEmpty || !images.isDisjoint(with: labels)
        else {
            throw wrong(
                nodes[.labels], "images and labels must share a {part}, by which they are paired")
        }
    }

    // MARK: - Meaning of values

    private func read(_ node: Node, into map: inout DatasetMap) throws(ImportError) {
        var entries: [LabelMap.Entry] = []
        var seen = Set<Int>()
        for (key, value) in try pairs(node, "values") {
            guard let number = key.int, number > 0 else {
                throw wrong(key, "the value \(key.string ?? "?") is not a whole number above 0")
            }
            guard seen.insert(number).inserted else { throw wrong(key, "the value \(number) occurs twice") }
            let names = value.sequence?.map { $0.string ?? "" } ?? [value.string ?? ""]
            guard !names.isEmpty, !names.contains("") else { throw wrong(key, "the value \(number) has no organ") }
            if names == ["ignore"] {
                map.unknown.insert(number)
                continue
            }
            let nodes = value.sequence.map(Array.init) ?? [value]
            let organs = try nodes.map { node throws(ImportError) in try organ(node) }
            entries.append(LabelMap.Entry(value: number, name: names[0], organs: organs))
        }
        map.labels = LabelMap(release: map.labels.release, entries: entries)
    }

    private func organ(_ node: Node) throws(ImportError) -> OrganKey {
        let name = try text(node, "organ")
        guard let organ = ontology.organ(named: name) else {
            throw wrong(node, "no organ is named \(name); add it with lacuna organ import, or correct the name")
        }
        return organ.key
    }

    // MARK: - Files

    private func patterns(_ node: Node?) throws(ImportError) -> [PathPattern] {
        guard let node else { return [] }
        if let sequence = node.sequence {
            return try sequence.map { node throws(ImportError) in try pattern(node) }
        }
        return [try pattern(node)]
    }

    private func pattern(_ node: Node) throws(ImportError) -> PathPattern {
        do throws(PatternProblem) {
            if let regex = node.mapping?["regex"]?.string { return try PathPattern(regex: regex) }
            if let glob = node.string { return try PathPattern(glob: glob) }
        } catch {
            switch error {
            case .malformed(let problem): throw wrong(node, problem)
            }
        }
        throw wrong(node, "expected a glob, or regex: with a regular expression")
    }

    private func template(_ node: Node, _ map: DatasetMap) throws(ImportError) -> String {
        let text = try text(node, "a name with {parts}")
        let names = Set((map.images + map.labelFiles).flatMap(\.names))
        let parts = Dictionary(names.map { ($0, "") }, uniquingKeysWith: { first, _ in first })
        guard RuleLayout.fill(text, parts) != nil else {
            throw wrong(
                node,
                "\(text) contains a part that no pattern has; the patterns have "
                    + names.sorted().joined(separator: ", "))
        }
        return text
    }

    // MARK: - Facts

    private func scope(_ node: Node) throws(ImportError) -> LabelScope {
        if let sequence = node.sequence {
            return .only(Set(try sequence.map { node throws(ImportError) in try organ(node) }))
        }
        switch node.string {
        case "all": return .declared
        case "present": return .present
        default: throw wrong(node, "complete must be all, present, or a list of organs")
        }
    }

    private func origin(_ node: Node, into map: inout DatasetMap) throws(ImportError) {
        guard node.mapping != nil else {
            map.origin = try origin(node)
            return
        }
        for (key, value) in try pairs(node, "origins") {
            if key.string == "default" {
                map.origin = try origin(value)
            } else {
                map.origins[try organ(key)] = try origin(value)
            }
        }
    }

    private func origin(_ node: Node) throws(ImportError) -> LabelOrigin {
        guard let origin = node.string.flatMap(LabelOrigin.init(rawValue:)) else {
            throw wrong(
                node, "an origin must be one of " + LabelOrigin.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return origin
    }

    private func modality(_ node: Node) throws(ImportError) -> Modality {
        guard let modality = node.string.flatMap(Modality.init(rawValue:)) else {
            throw wrong(node, "modality must be one of " + Modality.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return modality
    }

    private func licence(_ node: Node) throws(ImportError) -> Licence {
        guard node.mapping != nil else { return Licence(text: try text(node, "licence"), source: file) }
        var (licenceText, source): (String?, String) = (nil, file)
        for (key, value) in try pairs(node, "licence") {
            switch key.string {
            case "text": licenceText = try text(value, "text")
            case "source": source = try text(value, "source")
            default: throw wrong(key, "a licence has the keys text and source")
            }
        }
        guard let licenceText else { throw wrong(node, "the licence has no text") }
        return Licence(text: licenceText, source: source)
    }

    // MARK: - Nodes

    private func text(_ node: Node, _ what: String) throws(ImportError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw wrong(node, "\(what) must be a text") }
        return text
    }

    private func pairs(_ node: Node, _ what: String) throws(ImportError) -> [(key: Node, value: Node)] {
        guard let mapping = node.mapping else { throw wrong(node, "\(what) must be a mapping") }
        return mapping.map { ($0.key, $0.value) }
    }

    func wrong(_ node: Node?, _ problem: String) -> ImportError { wrong(line: node?.mark?.line ?? 1, problem) }

    func wrong(line: Int, _ problem: String) -> ImportError { .wrongLine(file: file, line: line, problem: problem) }
}
