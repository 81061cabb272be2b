import Domain
import Postgres

/// Makes subjects agree with the recorded tables of a dataset, within a transaction.
struct TableApplication {
    let catalog: LabelCatalog
    let release: ReleaseHandle
    private var change: PendingChange
    private var partition = StatedPartition([])
    /// Subjects that were taken apart or merged.
    private var affected: Set<SubjectID> = []
    private(set) var outcome = TableOutcome()

    private var connection: Connection { catalog.connection }

    init(catalog: LabelCatalog, release: ReleaseHandle, activity: ActivityID) {
        (self.catalog, self.release, change) = (catalog, release, PendingChange(activity: activity))
    }

    /// - Parameter former: the sources as they were before the table was recorded.
    mutating func run(former: [KeyedSource]) async throws {
        let formerKeys = Dictionary(former.map { ("\($0.release)/\($0.caseName)", $0.key) }, uniquingKeysWith: { $1 })
        try await connection.run(LockPointersExclusively())
        try await connection.run(LockJobs())
        let sources = try await connection.run(ListKeyedSources(dataset: release.dataset))
        partition = StatedPartition(sources)
        let restated = sources.filter { formerKeys["\($0.release)/\($0.caseName)"] != $0.key }
        try await endJoins(of: Set(restated.map(\.subject)))
        var crowded = partition.crowded
        while let subject = crowded.popLast() {
            let made = try await separate(subject)
            crowded += ([subject] + made).filter { partition.keys(of: $0).count > 1 }
        }
        for (key, subjects) in partition.scattered { try await join(subjects, as: key, sources) }
        try await bind()
        outcome.note(sources, in: release)
    }

    // MARK: - Taking apart

    /// Takes joins apart that only an earlier table had caused.
    private mutating func endJoins(of subjects: Set<SubjectID>) async throws {
        var subjects = subjects
        while let found = try await connection.first(UnsupportedJoin(subjects: subjects.sorted())) {
            let facts = try await catalog.subject(found.subject)
            guard let join = facts.joins.first(where: { $0.id == found.join }) else { return }
            subjects.insert(try await takeApart(join, of: facts))
            outcome.separations.append(
                TableOutcome.Separation(subject: facts.subject.name, keys: [], wasByPerson: false))
        }
    }

    /// Takes the newest join apart whose sides have different keys, or else separates the volumes of all keys but one.
    /// - Returns: the subjects that were made.
    private mutating func separate(_ subject: SubjectID) async throws -> [SubjectID] {
        let facts = try await catalog.subject(subject)
        let keys = partition.keys(of: subject).sorted()
        var made: [SubjectID] = []
        var isByPerson = false
        if let join = try await separableJoin(of: facts) {
            isByPerson = join.cause == .person
            made = [try await takeApart(join, of: facts)]
        } else {
            made = try await separateByKey(facts)
        }
        outcome.separations.append(
            TableOutcome.Separation(subject: facts.subject.name, keys: keys, wasByPerson: isByPerson))
        return made
    }

    private func separableJoin(of facts: SubjectFacts) async throws -> RecordedJoin? {
        for join in facts.joins.reversed() {
            let merged = Set(try await catalog.volumes(of: join, in: facts.subject.id))
            let (ones, others) = (
                partition.keys(of: merged), partition.keys(of: Set(facts.volumes).subtracting(merged))
            )
            if !ones.isEmpty && !others.isEmpty && ones.isDisjoint(with: others) { return join }
        }
        return nil
    }

    private mutating func takeApart(_ join: RecordedJoin, of facts: SubjectFacts) async throws -> SubjectID {
        try await connection.run(StopRunsWithSubject(subject: facts.subject.id))
        let id = try await change.id(on: connection)
        let moved = try await catalog.volumes(of: join, in: facts.subject.id)
        let made = try await connection.one(TakeJoinApart(join: join.id, change: id, isByPerson: false))
        partition.move(moved, to: made)
        affected.formUnion([facts.subject.id, made])
        return made
    }

    private mutating func separateByKey(_ facts: SubjectFacts) async throws -> [SubjectID] {
        let subject = facts.subject.id
        let groups = try await groups(of: facts)
        try await connection.run(StopRunsWithSubject(subject: subject))
        var made: [SubjectID] = []
        for volumes in groups.dropFirst() {
            let id = try await change.id(on: connection)
            let new = try await connection.one(
                SeparateVolumes(subject: subject, volumes: volumes.sorted(), change: id, isByPerson: false))
            partition.move(volumes, to: new)
            made.append(new)
        }
        affected.formUnion([subject] + made)
        return made
    }

    /// The volumes of each key of a subject; the first group has the volumes that nothing connects with another. A volume without a
    /// key is in the group with which it has a key of another dataset in common.
    private func groups(of facts: SubjectFacts) async throws -> [Set<VolumeID>] {
        var groups: [String: Set<VolumeID>] = [:]
        for volume in facts.volumes {
            if let key = partition.keys[volume] { groups[key, default: []].insert(volume) }
        }
        let bound = groups.keys.sorted().first { partition.owners[$0] == facts.subject.id }
        let oldest = facts.volumes.first { partition.keys[$0] != nil }.flatMap { partition.keys[$0] }
        guard let owner = bound ?? oldest else { return [] }
        let order = [owner] + groups.keys.filter { $0 != owner }.sorted()
        let found = try await connection.run(KeysInSubject(subject: facts.subject.id))
        let links = Dictionary(grouping: found) { "\($0.dataset)/\($0.key)" }.values.map { Set($0.map(\.volume)) }
        var free = Set(facts.volumes).subtracting(groups.values.flatMap { $0 })
        while let (volume, key) = Self.next(of: free, order, groups, links) {
            groups[key]?.insert(volume)
            free.remove(volume)
        }
        groups[owner]?.formUnion(free)
        return order.compactMap { groups[$0] }
    }

    private static func next(
        of free: Set<VolumeID>, _ order: [String], _ groups: [String: Set<VolumeID>], _ links: [Set<VolumeID>]
    ) -> (VolumeID, String)? {
        for key in order {
            for link in links where !link.isDisjoint(with: groups[key] ?? []) {
                if let volume = link.intersection(free).min() { return (volume, key) }
            }
        }
        return nil
    }

    // MARK: - Joining

    private mutating func join(_ subjects: [SubjectID], as key: String, _ sources: [KeyedSource]) async throws {
        var purged: [CatalogError] = []
        for subject in subjects { purged += try await connection.run(PurgedAmong(subjects: [subject])) }
        if let refusal = purged.first, purged.count < subjects.count { throw refusal }
        for other in subjects.dropFirst() {
            let merge = try await catalog.merge(
                subjects[0], other, change.id(on: connection), cause: .table)
            let name = sources.first { $0.release == release.release && $0.key == key }?.caseName ?? key
            outcome.unions.append(TableOutcome.Union(key: key, caseName: name, merge: merge))
        }
        affected.formUnion(subjects)
    }

    // MARK: - Names

    private mutating func bind() async throws {
        let subjects = try await connection.run(SubjectsOfKeys(dataset: release.dataset))
        let all = affected.union(subjects).sorted()
        guard try await connection.one(KeysToBind(subjects: all)) > 0 else { return }
        let id = try await change.id(on: connection)
        outcome.keys = try await connection.run(BindKeys(subjects: all, change: id, named: affected.sorted()))
    }
}
