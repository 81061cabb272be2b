import Catalog
import Domain
import Postgres
import TestSupport
import Testing

@testable import Jobs

/// A table of subjects says who the cases of a dataset are of, also those that are recorded already.
@Suite struct TableTests {
    /// Applies a table to release 1 of a dataset.
    @discardableResult
    private func apply(_ table: [String: String], to dataset: String, _ world: World) async throws -> TableOutcome {
        let catalog = world.catalog
        let place = try await catalog.place(ofDataset: dataset, release: "1")
        return try await catalog.apply(table, in: try #require(place.handle)) {
            try await catalog.startActivity(.import)
        }
    }

    /// Subjects of volumes, as sets of volumes.
    private func partition(_ world: World) async throws -> Set<Set<Int>> {
        let rows = try await world.manager.ask("select subject_id, id from lacuna.volume")
        let pairs = rows.map { $0.split(separator: "|").compactMap { Int($0) } }
        return Set(Dictionary(grouping: pairs, by: { $0[0] }).values.map { Set($0.map { $0[1] }) })
    }

    /// Everything about subjects that a person sees.
    private func everything(_ world: World) async throws -> [String] {
        try await world.manager.ask(
            """
            select 'v', id::text, subject_id::text from lacuna.volume union all
            select 'k', dataset_id || '/' || key, subject_id || ' ' || stated from lacuna.subject_alias union all
            select 'n', id::text, name from lacuna.subject union all
            select 'r', lacuna.current_revision()::text, null union all
            select 't', count(*)::text, null from lacuna.stated_subject order by 1, 2
            """)
    }

    private func volumes(_ name: String, _ world: World) async throws -> [VolumeID] {
        try await world.catalog.subject(try await world.catalog.subject(named: name)).volumes
    }

    @Test func namesFollowTheScansInSwapsAndCycles() async throws {
        try await World.with { world async throws in
            var scans: [VolumeID] = []
            for n in 1...3 { scans.append(try await world.catalog.add("A", scan: n).volume) }
            try await world.catalog.split("s", [(scans[0], .test), (scans[1], .train), (scans[2], .train)])
            let subjects = try await world.catalog.subjects()
            for keys in [["s", "t", "u"], ["t", "s", "u"], ["u", "t", "s"], ["case2", "case3", "case1"]] {
                let table = Dictionary(uniqueKeysWithValues: keys.enumerated().map { ("case\($0 + 1)", $1) })
                let outcome = try await apply(table, to: "A", world)
                #expect(outcome.isChanged && outcome.unions.isEmpty && outcome.separations.isEmpty)
                for (index, key) in keys.enumerated() {
                    #expect(try await volumes("A/\(key)", world) == [scans[index]], "\(keys)")
                    let facts = try await world.catalog.subject(subjects[index])
                    #expect(
                        facts.subject.name == "A/\(key)" && facts.subject.parts == [index == 0 ? "s/test" : "s/train"])
                }
                let before = try await everything(world)
                #expect(try await !apply(table, to: "A", world).isChanged)
                #expect(try await everything(world) == before, "nothing is left to change")
            }
            await #expect(throws: CatalogError.unknownSubject("A/u")) { try await volumes("A/u", world) }
            try await expectTrueCoverage(world)
        }
    }

    @Test func aTableWinsOverTheTableOfAnotherDataset() async throws {
        try await World.with { world async throws in
            for n in 1...3 { try await world.catalog.add("A", scan: n) }
            for n in 1...3 { try await world.catalog.add("B", scan: n) }
            try await apply(["case1": "case3"], to: "A", world)
            #expect(try await partition(world) == [[1, 3], [2]])
            for (table, expected) in [
                (["s", "s", "u"], [[1, 2], [3]]), (["s", "t", "u"], [[1], [2], [3]]),
                (["s", "u", "t"], [[1], [2], [3]]),
            ] as [([String], Set<Set<Int>>)] {
                let named = Dictionary(uniqueKeysWithValues: table.enumerated().map { ("case\($0 + 1)", $1) })
                try await apply(named, to: "B", world)
                #expect(try await partition(world) == expected)
                #expect(try await !apply(named, to: "B", world).isChanged)
            }
            try await apply(["case1": "case3"], to: "A", world)
            #expect(try await partition(world) == [[1, 3], [2]], "the newest table wins")
            try await apply(["case1": "x"], to: "A", world)
            #expect(try await partition(world) == [[1], [2], [3]], "nothing supports the join of the earlier table")
            try await expectTrueCoverage(world)
        }
    }

    @Test func theRunsOfAnEndedJoinAreStopped() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            var scans: [VolumeID] = []
            for n in 1...3 { scans.append(try await catalog.add("A", scan: n, [annotated("liver", n)]).volume) }
            try await catalog.split("s", [(scans[0], .train), (scans[1], .train), (scans[2], .train)])
            try await apply(["case1": "case3"], to: "A", world)
            let held = try await world.start("r")
            let claim = JobClaim(job: held.claim.job.rawValue, token: held.claim.token)
            try await apply(["case2": "y"], to: "A", world)
            #expect(try await world.jobs.heartbeat(claim) == .held, "no subject was taken apart")
            try await apply(["case1": "x"], to: "A", world)
            #expect(try await catalog.subject(of: scans[0]) != catalog.subject(of: scans[2]))
            #expect(try await world.jobs.heartbeat(claim) == .lost)
            #expect(try await world.manager.number("select count(*) from lacuna.job where login is not null") == 0)
        }
    }

    @Test func aJoinByAPersonIsTakenApartWithItsParts() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let train = try await catalog.add("A", scan: 1).volume
            let test = try await catalog.add("A", scan: 2).volume
            try await catalog.split("s", [(train, .train), (test, .test)])
            let (p, q) = (try await catalog.subject(of: train), try await catalog.subject(of: test))
            _ = try await catalog.joinSubjects(p, q, parameters: JSONText(#"{"reason": "x"}"#))
            let outcome = try await apply(["case1": "a", "case2": "b"], to: "A", world)
            #expect(outcome.separations.map(\.wasByPerson) == [true])
            #expect(try await catalog.subject(p).subject.parts == ["s/train"])
            #expect(try await catalog.subject(q).subject.parts == ["s/test"])
            _ = try await apply(["case1": "a", "case2": "a"], to: "A", world)
            #expect(try await catalog.subject(p).subject.parts == ["s/test"], "test wins")
        }
    }

    @Test func aRemovalFollowsTheNameAndAPurgedSubjectIsNotJoined() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let one = try await catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let two = try await catalog.add("A", scan: 2, [annotated("liver", 2)]).volume
            try await apply(["case1": "s", "case2": "t"], to: "A", world)
            #expect(
                try await catalog.withdraw(.subject(catalog.subject(named: "A/s")), recalling: true, reason: "consent"))
            #expect(try await world.plainStates() == ["\(two)|liver|annotated|expert"])
            let outcome = try await apply(["case1": "t", "case2": "s"], to: "A", world)
            #expect(outcome.keys.filter(\.extendsRemoval).map(\.name) == ["A/s"])
            #expect(try await world.plainStates() == [], "s withdrew the consent, whichever scan is of s")
            #expect(try await catalog.restore(.subject(catalog.subject(named: "A/t")), reason: "another patient"))
            #expect(try await world.plainStates() == ["\(one)|liver|annotated|expert"])
            #expect(try await !apply(["case1": "t", "case2": "s"], to: "A", world).isChanged)
            try await expectTrueCoverage(world)

            let s = try await catalog.subject(named: "A/s")
            _ = try await catalog.purge(.subject(s), reason: "consent")
            let before = try await everything(world)
            await #expect(throws: CatalogError.self) { try await apply(["case1": "s", "case2": "s"], to: "A", world) }
            #expect(try await everything(world) == before, "nothing is half applied")
        }
    }

    @Test func aCaseOfAScanUnderTheKeyOfAnotherPatientIsListed() async throws {
        try await World.with { world async throws in
            for (scan, name) in [(1, "one"), (1, "two"), (2, "three")] {
                try await world.catalog.add("A", scan: scan, case: name, subject: name)
            }
            try await apply(["one": "a", "two": "b", "three": "b"], to: "A", world)
            let found = try await world.catalog.differingSubjects(volume: nil, dataset: nil)
            let texts = found.map { "\($0.evidence) \($0.first) \($0.firstSubject) \($0.other) \($0.otherSubject)" }
            #expect(texts == ["voxels A/one A/a A/two A/b"])
        }
    }

    @Test func twoCasesOfOneScanAreOfTheFirst() async throws {
        try await World.with { world async throws in
            try await world.catalog.add("A", scan: 1, case: "one", subject: "one")
            try await world.catalog.add("A", scan: 1, case: "two", subject: "two")
            for _ in 1...2 {
                let outcome = try await apply(["one": "a", "two": "b"], to: "A", world)
                #expect(outcome.contradictions.map(\.caseName) == ["two"])
            }
            #expect(try await volumes("A/a", world).count == 1)
            await #expect(throws: CatalogError.unknownSubject("A/b")) { try await volumes("A/b", world) }
        }
    }

    @Test func aRehearsalSaysWhatTheTableDoes() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            for n in 1...3 { try await catalog.add("A", scan: n) }
            let record = ReleaseRecord(
                dataset: "B", release: "1", layout: "msd", origin: .expert, licence: nil, licenceSource: nil,
                root: "/data/B")
            let sources = (1...3).map { n in
                var made = source(scan: n, case: "case\(n)", subject: n < 3 ? "s" : "t")
                made.isStated = true
                return made
            }
            let table = ["case1": "s", "case2": "s", "case3": "t"]
            let before = try await everything(world)
            let (planned, _) = try await catalog.rehearse(table, in: record, recording: sources) {}
            #expect(try await everything(world) == before, "a rehearsal changes nothing")
            #expect(
                planned.flatMap(\.unions).map(\.merge.before).map { $0.map(\.subject.name) } == [
                    ["A/case1", "A/case2"]
                ])
        }
    }

    // MARK: - Any tables

    /// Numbers below a limit, from a seed.
    private struct Numbers {
        var state: UInt64

        mutating func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(limit))
        }
    }

    /// Dataset A has scans 1 to 4, dataset B scans 3 to 6; the cases are named by the scans.
    @Test(arguments: 1...6) func anySequenceOfTablesEndsAsTheLastOneSays(seed: Int) async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            let cases = ["A": Array(1...4), "B": Array(3...6)]
            for dataset in ["A", "B"] {
                for scan in cases[dataset] ?? [] { try await catalog.add(dataset, scan: scan) }
            }
            let all = try await catalog.subjects()
            try await catalog.createSplits(
                [
                    NewSplit(
                        name: "s",
                        members: Dictionary(uniqueKeysWithValues: all.map { ($0, $0 == all[2] ? .test : .train) }))
                ], method: "listed", seed: nil, locksTest: true)
            let locked = try await world.manager.number(
                "select min(v.id) from lacuna.volume v join lacuna.locked_subject l using (subject_id)")
            var numbers = Numbers(state: UInt64(seed))
            for step in 1...10 {
                let dataset = numbers.next(2) == 0 ? "A" : "B"
                if numbers.next(4) == 0 {
                    let known = try await catalog.subjects()
                    let (p, q) = (known[numbers.next(known.count)], known[numbers.next(known.count)])
                    if p != q { _ = try await catalog.joinSubjects(p, q, parameters: JSONText(#"{"reason": "x"}"#)) }
                }
                var table: [String: String] = [:]
                for scan in cases[dataset] ?? [] where numbers.next(5) > 0 {
                    table["case\(scan)"] = ["a", "b", "c", "case3", "case4"][numbers.next(5)]
                }
                guard !table.isEmpty else { continue }
                try await apply(table, to: dataset, world)
                try await expect(table, in: dataset, "seed \(seed), step \(step), \(dataset) \(table)", world)
                let before = try await everything(world)
                #expect(try await !apply(table, to: dataset, world).isChanged, "seed \(seed), step \(step)")
                #expect(try await everything(world) == before, "seed \(seed), step \(step)")
                let tested = try await world.manager.ask(
                    "select v.id from lacuna.volume v join lacuna.locked_subject l using (subject_id) where v.id = \(locked)"
                )
                #expect(tested == ["\(locked)"], "seed \(seed), step \(step): the tested scan stays locked")
            }
            try await expectTrueCoverage(world)
        }
    }

    /// Scans of the table's cases have one subject exactly where they have one key, and every key names a subject with its scans.
    private func expect(_ table: [String: String], in dataset: String, _ comment: Comment, _ world: World) async throws
    {
        let rows = try await world.manager.ask(
            """
            select s.case_name, v.subject_id from lacuna.source s join lacuna.volume v on v.id = s.volume_id
            join lacuna.release r on r.id = s.release_id join lacuna.dataset d on d.id = r.dataset_id
            where d.name = '\(dataset)'
            """)
        let subjects = Dictionary(
            uniqueKeysWithValues: rows.map { row in
                let parts = row.split(separator: "|").map(String.init)
                return (parts[0], parts[1])
            })
        for (one, key) in table {
            for (other, second) in table {
                #expect((subjects[one] == subjects[other]) == (key == second), comment)
            }
            let named = try await world.catalog.subject(named: "\(dataset)/\(key)")
            #expect(named.description == subjects[one], comment)
        }
        let dead = try await world.manager.ask(
            """
            select key from lacuna.subject_alias a
            where not exists (select from lacuna.volume v where v.subject_id = a.subject_id)
            """)
        #expect(dead == [], comment)
    }
}
