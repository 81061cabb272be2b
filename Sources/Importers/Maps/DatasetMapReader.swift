internal import Domain
internal import Yams

/// Reads the nodes of a caller's description; every error names the line, and all errors are reported together.
struct DatasetMapReader {
    let file: String
    let ontology: Ontology
    let problems = MapProblems()

    init(file: String, ontology: Ontology) { (self.file, self.ontology) = (file, ontology) }

    enum Key: String, CaseIterable {
        case release, images, labels, values, background, ignored, `case`, subject, phase, complete, origin, modality,
            licence
    }

    /// - Throws: `wrongLine`, or `wrongLines` where several lines are wrong.
    func map(_ root: Node) throws(ImportError) -> DatasetMap {
        var nodes: [Key: Node] = [:]
        for (key, node) in try pairs(root, "keys") {
            let name = key.string ?? ""
            if let known = Key(rawValue: name) {
                nodes[known] = node
            } else {
                let keys = Key.allCases.map(\.rawValue).joined(separator: ", ")
                problems.add(wrong(key, "the key \(name) is unknown; known keys: \(keys)"))
            }
        }
        let map = map(nodes, root)
        if let error = problems.error(in: file) { throw error }
        return map
    }

    private func map(_ nodes: [Key: Node], _ root: Node) -> DatasetMap {
        var patterns = nodes[.labels]
        var values = nodes[.values]
        if let labels = patterns, labels.mapping != nil, labels["regex"] == nil {
            if values != nil { problems.add(wrong(labels, "the meaning of values is given here and under values")) }
            (values, patterns) = (labels, nil)
        }
        let stem = file.split(separator: ".").first.map(String.init) ?? file
        let release = read(nodes[.release]) { node throws(ImportError) in try text(node, "release") }
        var map = DatasetMap(labels: LabelMap(release: release ?? stem, entries: []))
        map.labelFiles = self.patterns(patterns)
        map.images = self.patterns(nodes[.images])
        if let values { attempt { () throws(ImportError) in try read(values, into: &map) } }
        for key in [Key.background, .ignored] {
            guard let node = nodes[key] else { continue }
            attempt { () throws(ImportError) in try read(list: node, named: key.rawValue, into: &map) }
        }
        attempt { () throws(ImportError) in try check(map, nodes, root) }
        map.caseName = read(nodes[.case]) { node throws(ImportError) in try template(node, map) }
        map.subject = read(nodes[.subject]) { node throws(ImportError) in try template(node, map) }
        map.phase = read(nodes[.phase]) { node throws(ImportError) in try template(node, map) }
        map.scope = read(nodes[.complete], scope)
        map.licence = read(nodes[.licence], licence)
        if let node = nodes[.origin] { attempt { () throws(ImportError) in try origin(node, into: &map) } }
        map.modality = read(nodes[.modality], modality)
        return map
    }

    private func check(_ map: DatasetMap, _ nodes: [Key: Node], _ root: Node) throws(ImportError) {
        let hasMeaning = !map.labels.entries.isEmpty || map.namesOrgans || problems.concernMeanings
        guard hasMeaning else {
            throw wrong(
                root,
                "the key values, which maps values to organs, is missing; it is not needed where each label file is named "
                    + "after its organ, as in labels: \"{case}/{organ}.nii.gz\"")
        }
        guard (nodes[.images] == nil) == map.labelFiles.isEmpty || !problems.isEmpty else {
            throw wrong(nodes[.images] ?? nodes[.labels] ?? root, "images and labels must be given together")
        }
        let (images, labels) = (Set(map.images.flatMap(\.names)), Set(map.labelFiles.flatMap(\.names)))
        guard images.isEmpty || labels.subtracting([RuleLayout.organ]).isEmpty || !images.isDisjoint(with: labels)
        else {
            throw wrong(
                nodes[.labels],
                "images and labels must share a {part}, by which they are paired, as in {case}/CT.nii.gz and "
                    + "{case}/{organ}.nii.gz")
        }
    }

    // MARK: - Files

    private func patterns(_ node: Node?) -> [PathPattern] {
        guard let node else { return [] }
        return (node.sequence.map(Array.init) ?? [node]).compactMap { item in read(item, pattern) }
    }

    private func pattern(_ node: Node) throws(ImportError) -> PathPattern {
        if node.null != nil {
            throw wrong(node, "a pattern is missing; leave the key out where there are no such files")
        }
        if let glob = node.string, glob.contains("\\") {
            throw wrong(node, "\(glob) contains a backslash; separate folders by /, as in scans/{case}.nii.gz")
        }
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
            return .only(Set(sequence.compactMap { item in read(item, organ) }))
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
            guard let origin = read(value, origin) else { continue }
            if key.string == "default" {
                map.origin = origin
            } else if let organ = read(key, organ) {
                map.origins[organ] = origin
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

    func text(_ node: Node, _ what: String) throws(ImportError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty else { throw wrong(node, "\(what) must be a text") }
        return text
    }

    func pairs(_ node: Node, _ what: String) throws(ImportError) -> [(key: Node, value: Node)] {
        guard let mapping = node.mapping else { throw wrong(node, "\(what) must be a mapping") }
        return mapping.filter { !MapText.isPassedOver($0.key) }.map { ($0.key, $0.value) }
    }

    /// The value of a node; nil where there is none, or its error is noted.
    private func read<Value>(_ node: Node?, _ body: (Node) throws(ImportError) -> Value) -> Value? {
        node.flatMap { node in attempt { () throws(ImportError) in try body(node) } }
    }

    /// The result of `body`; nil where its error is noted.
    @discardableResult
    func attempt<Value>(_ body: () throws(ImportError) -> Value) -> Value? {
        do throws(ImportError) {
            return try body()
        } catch {
            problems.add(error)
            return nil
        }
    }

    func wrong(_ node: Node?, _ problem: String) -> ImportError { wrong(line: node?.mark?.line ?? 1, problem) }

    func wrong(line: Int, _ problem: String) -> ImportError { .wrongLine(file: file, line: line, problem: problem) }
}
