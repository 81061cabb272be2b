import Catalog
import Domain
import Postgres
import System
import TestSupport
import Testing

/// The recorded counts equal a recount, after every step of random histories and as of every earlier revision.
@Suite struct CoverageTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func keptCountsEqualARecountAfterEveryStep(seed: UInt64) async throws {
        try await World.with { world async throws in
            var history = History(world: world, generator: SplitMix64(seed: seed))
            try await history.begin()
            for step in 0..<40 {
                if step == 20 { try await history.divide("spleen", "liver") }
                let act = try await history.step()
                try await expectTrueCoverage(world, "seed \(seed), step \(step): \(act)")
                try await history.remember()
            }
            try await history.expectPastUnchanged("seed \(seed)")
            try await history.expectHistory("seed \(seed)")
        }
    }

    /// Subjects are joined, taken apart, removed and restored, volumes excluded, and splits made and extended.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func keptCountsEqualARecountWhileSubjectsChange(seed: UInt64) async throws {
        try await World.with { world async throws in
            var history = History(world: world, generator: SplitMix64(seed: seed))
            try await history.begin()
            for step in 0..<45 {
                let act = try await history.stepWithSubjects(step)
                try await expectTrueCoverage(world, "seed \(seed), step \(step): \(act)")
                try await history.rememberSubjects()
            }
            try await history.expectPastSubjectsUnchanged("seed \(seed)")
        }
    }

    @Test func subjectsAreCountedPerOrganInEveryGrouping() async throws {
        try await World.with { world async throws in
            let catalog = world.catalog
            var volumes: [VolumeID] = []
            for (dataset, scan, subject, labels) in [
                ("A", 1, "p", [annotated("liver", 1), absent("spleen")]), ("A", 2, "p", [annotated("liver", 2)]),
                ("A", 3, "q", [annotated("liver", 3)]), ("B", 4, "r", [shipped("liver", 4), annotated("spleen", 5)]),
            ] {
                volumes.append(
                    try await catalog.add(dataset, scan: scan, case: "c\(scan)", subject: subject, labels).volume)
            }
            try await catalog.split("s", [(volumes[0], .train), (volumes[2], .test)])
            func subjects(_ grouping: CoverageGrouping = .organ, asOf: Revision? = nil) async throws -> [String] {
                try await catalog.coverage(by: grouping, asOf: asOf).filter { $0.subjects > 0 }
                    .map { "\($0.group ?? "") \($0.organ) \($0.subjects)" }
            }
            #expect(try await subjects() == [" liver 2", " spleen 2"], "pseudo labels are not counted")
            #expect(try await subjects(.dataset) == ["A liver 2", "A spleen 1", "B spleen 1"])
            #expect(
                try await subjects(.split) == [
                    "s/test liver 1", "s/train liver 1", "s/train spleen 1", "s/unassigned spleen 1",
                ])
            let before = try await catalog.currentRevision()
            let (q, r) = (try await catalog.subject(of: volumes[2]), try await catalog.subject(of: volumes[3]))
            _ = try await catalog.joinSubjects(q, r, parameters: JSONText(#"{"reason": "one patient"}"#))
            try await catalog.add(
                "B", scan: 4, case: "c4", subject: "r", file: 1, [annotated("liver", 6), annotated("spleen", 5)])
            #expect(try await subjects() == [" liver 2", " spleen 2"])
            #expect(try await catalog.coverage().map(\.annotated) == [4, 1], "volumes")
            #expect(try await subjects(.dataset) == ["A liver 2", "A spleen 1", "B liver 1", "B spleen 1"])
            #expect(try await subjects(asOf: before) == [" liver 2", " spleen 2"])
            #expect(try await catalog.labelCounts(of: "A").map(\.subjects) == [2, 1])
            try await expectTrueCoverage(world)
        }
    }

    @Test func statusesAddUpToVolumesInEveryGrouping() async throws {
        try await World.with { world async throws in
            var history = History(world: world, generator: SplitMix64(seed: 99))
            try await history.begin()
            for _ in 0..<25 { _ = try await history.step() }
            for grouping in CoverageGrouping.allCases {
                let rows = try await world.catalog.coverage(by: grouping)
                #expect(!rows.isEmpty)
                for row in rows {
                    #expect(row.unlabelled >= 0 && row.annotated + row.absent + row.pseudo <= row.volumes, "\(row)")
                    #expect(row.byOrigin.values.reduce(0, +) == row.annotated + row.absent + row.pseudo)
                }
            }
        }
    }

    @Test func aRevisionThatIsNotThereIsRefused() async throws {
        try await World.with { world async throws in
            let revision = try await world.catalog.currentRevision()
            let next = Revision(revision.number + 1)
            await #expect(throws: CatalogError.unknownRevision(next, newest: revision)) {
                try await world.catalog.coverage(asOf: next)
            }
        }
    }
}

/// A random history of a catalogue, with what was seen at each of its revisions.
private struct History {
    let world: World
    var generator: SplitMix64
    private var contents = 100
    private var held: [HeldRun] = []
    private var nextRound: [Int] = []
    private var seen: [Int: (states: [String], volumes: [String])] = [:]
    private var seenSubjects: [Int: [String]] = [:]

    init(world: World, generator: SplitMix64) { (self.world, self.generator) = (world, generator) }

    mutating func begin() async throws {
        for scan in 1...5 { try await world.catalog.add("A", scan: scan, subject: "p\(scan / 2)") }
        try await world.catalog.split("s", (1...4).map { (VolumeID($0), SplitPart.train) })
        try await divide("spleen", "stomach")
        try await divide("pancreas", "stomach")
        held = [try await world.start("one", rounds: 20), try await world.start("two", rounds: 20)]
        nextRound = [0, 0]
    }

    /// Makes one organ a division of the other.
    func divide(_ part: OrganKey, _ whole: OrganKey) async throws {
        try await world.manager.execute(
            """
            insert into lacuna.organ_link select p.id, w.id, 'division' from lacuna.organ p, lacuna.organ w
            where (p.key, w.key) = ('\(part)', '\(whole)')
            """)
    }

    mutating func remember() async throws {
        let revision = try await world.revision()
        let states = try await world.states(revision)
        let volumes = try await world.root.ask(Recount.volumes)
        if let known = seen[revision] { #expect(known.states == states && known.volumes == volumes) }
        seen[revision] = (states, volumes)
    }

    /// The states from history and the recorded counts as of a revision.
    func expectPastUnchanged(_ comment: Comment) async throws {
        #expect(seen.count > 20, comment)
        for (revision, then) in seen {
            #expect(try await world.states(revision) == then.states, comment)
            #expect(try await world.root.ask(Recount.keptVolumes("\(revision)")) == then.volumes, comment)
            // A volume that came to a dataset later did not count there then: the whole catalogue is compared.
            #expect(
                try await world.root.ask(Recount.keptStates("\(revision)")).filter { $0.hasPrefix("0|") }
                    == world.root.ask(Recount.states(asOf: revision)).filter { $0.hasPrefix("0|") }, comment)
            #expect(
                try await world.root.ask(Recount.keptConfidence("\(revision)")).filter { $0.hasPrefix("0|") }
                    == world.root.ask(Recount.confidence(asOf: revision)).filter { $0.hasPrefix("0|") }, comment)
        }
    }

    /// The history of counts is the coverage as of each of its revisions, however many revisions a step has.
    func expectHistory(_ comment: Comment) async throws {
        let newest = try await world.revision()
        for points in [10_000, 7, 1] {
            let history = try await world.catalog.coverageHistory(points: points)
            #expect(history.revisions.count <= points && history.revisions == history.revisions.sorted(), comment)
            for (place, revision) in history.revisions.enumerated() where revision.number <= newest {
                let rows = try await world.catalog.coverage(asOf: revision)
                let found = history.organs.map {
                    "\($0.key) \($0.annotated[place]) \($0.absent[place]) \($0.pseudo[place])"
                }.filter { !$0.hasSuffix(" 0 0 0") }
                let expected = rows.map { "\($0.organ) \($0.annotated) \($0.absent) \($0.pseudo)" }
                    .filter { !$0.hasSuffix(" 0 0 0") }
                #expect(found == expected, comment)
                #expect(rows.allSatisfy { $0.volumes == history.volumes[place] }, comment)
            }
        }
        let half = try await world.catalog.coverageHistory(upTo: Revision(Int64(newest / 2)))
        #expect(half.revisions.allSatisfy { $0.number <= newest / 2 } && !half.revisions.isEmpty, comment)
        await #expect(throws: CatalogError.self, comment) {
            try await world.catalog.coverageHistory(upTo: Revision(Int64(newest + 1)))
        }
    }

    mutating func rememberSubjects() async throws {
        seenSubjects[try await world.revision()] = try await world.root.ask(
            Recount.keptSubjects("null", "{catalogue,dataset}"))
    }

    func expectPastSubjectsUnchanged(_ comment: Comment) async throws {
        #expect(seenSubjects.count > 20, comment)
        for (revision, then) in seenSubjects {
            #expect(
                try await world.root.ask(Recount.keptSubjects("\(revision)", "{catalogue,dataset}")) == then, comment)
        }
    }

    /// Does one random thing, often with a subject, and returns its description.
    mutating func stepWithSubjects(_ number: Int) async throws -> String {
        let reason = JSONText(#"{"reason": "test"}"#)
        let catalog = world.catalog
        let dataset = Withdrawable.dataset(try await catalog.dataset(named: "A"))
        switch Int.random(in: 0..<9, using: &generator) {
        case 0...3 where try await catalog.isRemoved(dataset):
            return "restore A: \(try await catalog.restore(dataset, reason: "test"))"
        case 0...2: return try await importCase(Int.random(in: 1...6, using: &generator))
        case 3: return try await retract(Int.random(in: 1...6, using: &generator))
        case 4:
            let subjects = try await catalog.subjects()
            guard let kept = subjects.randomElement(using: &generator),
                let other = subjects.filter({ $0 != kept }).randomElement(using: &generator)
            else { return "one subject" }
            _ = try await catalog.joinSubjects(kept, other, parameters: reason)
            return "join \(kept) and \(other)"
        case 5:
            let joined = try await world.root.ask(
                "select subject_id from lacuna.join_in_force order by id desc limit 1")
            guard let subject = joined.first.flatMap(Int64.init).map(SubjectID.init) else { return "no join" }
            guard let join = try await catalog.subject(subject).joins.last else { return "no join" }
            _ = try await catalog.takeApart(join, of: subject, parameters: reason)
            return "take \(subject) apart"
        case 6: return try await withdrawOrRestore()
        case 7: return try await split(number)
        default:
            try await world.root.execute("select lacuna.compact_coverage()")
            return "compact"
        }
    }

    private mutating func withdrawOrRestore() async throws -> String {
        let things: [Withdrawable] = [
            .subject(try await world.catalog.subjects().randomElement(using: &generator) ?? SubjectID(1)),
            .volume(VolumeID(Int64.random(in: 1...5, using: &generator))),
            .dataset(try await world.catalog.dataset(named: "A")),
        ]
        let thing = things[Int.random(in: 0..<3, using: &generator)]
        if try await world.catalog.restore(thing, reason: "test") { return "restore \(thing)" }
        let isDone = try await world.catalog.withdraw(thing, recalling: true, reason: "test")
        return "withdraw \(thing): \(isDone)"
    }

    /// A new split of some subjects, or more members of an older one.
    private mutating func split(_ number: Int) async throws -> String {
        var members: [SubjectID: SplitPart] = [:]
        for subject in try await world.catalog.subjects() where Bool.random(using: &generator) {
            members[subject] = [.train, .validation, .test].randomElement(using: &generator)
        }
        try await world.catalog.createSplits(
            [NewSplit(name: "n\(number)", members: members)], method: "listed", seed: nil)
        return "split \(members)"
    }

    /// Does one random thing and returns its description.
    mutating func step() async throws -> String {
        let scan = Int.random(in: 1...6, using: &generator)
        switch Int.random(in: 0..<12, using: &generator) {
        case 0...4: return try await importCase(scan)
        case 5: return try await retract(scan)
        case 6...8: return try await publish()
        case 9: return try await rollBack()
        case 10: return try await Bool.random(using: &generator) ? adopt() : override()
        default:
            // Not through the API, which leaves so few counts as they are.
            try await world.root.execute("select lacuna.compact_coverage()")
            return "compact"
        }
    }

    private mutating func importCase(_ scan: Int) async throws -> String {
        let dataset = ["A", "B", "C"].randomElement(using: &generator) ?? "A"
        let release = ["1", "2"].randomElement(using: &generator) ?? "1"
        // Now and then a patient's key that belongs to another patient's scan: they are one.
        let odd = Int.random(in: 0..<8, using: &generator) == 0
        let subject = "p\(odd ? Int.random(in: 0...3, using: &generator) : scan / 2)"
        var labels: [LabelRecord] = []
        for organ in World.organs where Bool.random(using: &generator) {
            contents += 1
            let origin: LabelOrigin = Bool.random(using: &generator) ? .expert : .assisted
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: labels.append(annotated(organ, contents, origin: origin))
            case 1: labels.append(absent(organ, origin: origin))
            case 2: labels.append(partial(organ, contents))
            default: labels.append(shipped(organ, contents))
            }
        }
        let result = try await world.catalog.add(
            dataset, release: release, scan: scan, subject: subject, file: contents, labels)
        return
            "import \(dataset)/\(release) scan \(scan) as \(subject), \(labels.map { "\($0.organ) \($0.status)" }), \(result)"
    }

    private mutating func retract(_ scan: Int) async throws -> String {
        let organ = World.organs.randomElement(using: &generator) ?? "liver"
        try await world.catalog.add("A", scan: scan, subject: "p\(scan / 2)", [unlabelled(organ)])
        return "retract \(organ) of scan \(scan)"
    }

    private mutating func publish() async throws -> String {
        let which = Int.random(in: 0..<2, using: &generator)
        let (run, round) = (held[which], nextRound[which])
        guard round < 20 else { return "no round left" }
        nextRound[which] += 1
        let checkpoint = try await world.checkpoint(run, round)
        let known = Set(try await world.root.ask("select volume_id, organ_id from lacuna.run_input"))
        for volume in 1...4 where Bool.random(using: &generator) {
            let part = try await world.manager.ask(
                "select 1 from lacuna.volume v join lacuna.split_member m using (subject_id) where v.id = \(volume) and m.part = 'train'"
            )
            if part.isEmpty { continue }
            var labels: [(OrganKey, Int, Double?)] = []
            for (index, organ) in World.organs.enumerated() where !known.contains("\(volume)|\(index + 1)") {
                guard Bool.random(using: &generator) else { continue }
                contents += 1
                let confidence = Double(Int.random(in: 0...100, using: &generator)) / 100
                labels.append((organ, contents, Bool.random(using: &generator) ? confidence : nil))
            }
            let withheld = World.organs.filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
            if labels.isEmpty { continue }
            try await world.stage(run, round, checkpoint, VolumeID(Int64(volume)), labels, withheld: withheld)
        }
        let back = World.organs.filter { _ in Int.random(in: 0..<4, using: &generator) == 0 }
        // Not through the API, which compacts each time.
        try await world.reach("relabelling", run, round)
        try await world.trainer.execute(
            """
            select lacuna.publish_round(\(run.claim.job), \(run.claim.token), \(run.rounds[round].id), 'relabelling', 'published',
                '{\(back.map(\.rawValue).joined(separator: ","))}',
                '{\(back.map { _ in "flooding" }.joined(separator: ","))}')
            """)
        return "publish \(run.run.name)/\(round), withheld \(back)"
    }

    private mutating func rollBack() async throws -> String {
        let which = Int.random(in: 0..<2, using: &generator)
        let round = nextRound[which] == 0 ? nil : Int.random(in: 0..<nextRound[which], using: &generator)
        let organs = Bool.random(using: &generator) ? nil : [World.organs.randomElement(using: &generator) ?? "liver"]
        let name = held[which].run.name
        if try await world.catalog.rollBack(run: name, organs: organs, to: round, reason: "test") {
            // It is cancelled, and another takes its place.
            (held[which], nextRound[which]) = (try await world.start(name + "i", rounds: 20), 0)
        }
        return "roll back \(which) to \(String(describing: round)), \(String(describing: organs))"
    }

    /// Releases an organ of a round that withheld it, where one can be.
    private mutating func override() async throws -> String {
        let candidates = try await world.root.ask(
            """
            select run.name, r.number, o.key from lacuna.withheld_organ h join lacuna.round r on r.id = h.round_id
            join lacuna.run on run.id = r.run_id join lacuna.organ o on o.id = h.organ_id order by r.id desc
            """)
        for candidate in candidates {
            let parts = candidate.split(separator: "|").map(String.init)
            let (run, round, organ) = (parts[0], Int(parts[1]) ?? 0, OrganKey(parts[2]))
            let state = try await refusal {
                try await world.catalog.override(run: run, round: round, organs: [organ], reason: "test")
            }
            if state == nil { return "override \(candidate)" }
        }
        return "nothing to override"
    }

    private mutating func adopt() async throws -> String {
        let which = Int.random(in: 0..<2, using: &generator)
        try await world.catalog.adopt(run: held[which].run.name)
        return "adopt \(which)"
    }
}
