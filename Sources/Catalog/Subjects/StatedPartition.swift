import Domain

/// The scans of a dataset whose subjects tables name, by subject and by key.
struct StatedPartition {
    /// The key of each scan: of the newest table that names a case of it, or a key of the layout that a table uses too.
    let keys: [VolumeID: String]
    private(set) var subjects: [VolumeID: SubjectID]
    /// The subjects that keys name now.
    let owners: [String: SubjectID]
    /// The scans of each subject.
    private var scans: [SubjectID: Set<VolumeID>]

    init(_ sources: [KeyedSource]) {
        var keys: [VolumeID: String] = [:]
        for source in sources where source.isStated && source.counts { keys[source.volume] = source.key }
        let stated = Set(keys.values)
        let layout = Dictionary(grouping: sources.filter { !$0.isStated && stated.contains($0.key) }, by: \.key)
        for (key, sources) in layout.sorted(by: { $0.key < $1.key }) {
            // Scans that were separated from the subject with their key stay so.
            let bound = sources.filter(\.isBound)
            for source in bound.isEmpty ? sources : bound { keys[source.volume] = keys[source.volume] ?? key }
        }
        self.keys = keys
        owners = Dictionary(
            sources.filter(\.isBound).map { ($0.key, $0.subject) }, uniquingKeysWith: { first, _ in first })
        subjects = Dictionary(
            sources.filter { keys[$0.volume] != nil }.map { ($0.volume, $0.subject) },
            uniquingKeysWith: { first, _ in first })
        scans = subjects.reduce(into: [:]) { $0[$1.value, default: []].insert($1.key) }
    }

    func keys(of subject: SubjectID) -> Set<String> { keys(of: scans[subject] ?? []) }

    func keys(of volumes: some Sequence<VolumeID>) -> Set<String> { Set(volumes.compactMap { keys[$0] }) }

    /// Subjects with several keys, in order.
    var crowded: [SubjectID] { scans.keys.filter { keys(of: $0).count > 1 }.sorted() }

    /// Keys of several subjects, in order, with these.
    var scattered: [(key: String, subjects: [SubjectID])] {
        var found: [String: Set<SubjectID>] = [:]
        for (volume, subject) in subjects {
            if let key = keys[volume] { found[key, default: []].insert(subject) }
        }
        return found.filter { $0.value.count > 1 }.map { ($0.key, $0.value.sorted()) }.sorted { $0.key < $1.key }
    }

    mutating func move(_ volumes: some Sequence<VolumeID>, to subject: SubjectID) {
        for volume in volumes {
            guard let old = subjects.updateValue(subject, forKey: volume) else {
                subjects[volume] = nil
                continue
            }
            scans[old]?.remove(volume)
            scans[subject, default: []].insert(volume)
        }
    }
}
