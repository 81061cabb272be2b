import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// `lacunad run --reproduce` repeats rounds of real runs, and finds what is not as it was.
    @Suite struct ReproductionTests {
        /// Also with averaged weights, which predict and teach, and with coarser levels that learn.
        @Test(arguments: [false, true])
        func everyRoundIsReproducedBitForBitAndNothingIsWritten(averaged: Bool) async throws {
            var file = RunFile()
            if averaged {
                file.widths = "[4, 4, 4, 8]"
                file.learning = "averageWeights: 0.8\n  deepSupervision: true"
            }
            try await World.with { [file] place in
                #expect(try await place.daemon(file).status == 0)
                _ = try await place.prune()
                let before = try await place.contents()
                for round in 0...2 {
                    let ending = try await place.reproduce("r/\(round)")
                    #expect(ending.status == 0, "round \(round): \(ending.output) \(ending.errors)")
                    #expect(ending.errors.contains("Round \(round) of r is reproduced bit for bit."))
                    let result = try ending.object()
                    #expect(result["equal"] as? Bool == true)
                    #expect((result["reasons"] as? [String])?.isEmpty == true)
                    #expect((result["differences"] as? [[String: Any]])?.isEmpty == true)
                    let compared = try #require(result["compared"] as? [[String: Any]])
                    let counts = compared.map { $0["compared"] as? Int ?? 0 }
                    let masks = try await place.predictedMasks(ofRound: round)
                    #expect(counts.count == 3 && counts[0] > 50 && counts[1] == 4 && counts[2] == masks, "\(counts)")
                }
                #expect(try await place.contents() == before)
                let table = try await place.lacunad("run", "--reproduce", "r/1")
                #expect(table.status == 0 && table.output.contains("tensors of the network"), "\(table.output)")
                #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(table.output)")
            }
        }

        /// What was imported since the run began plays no part; what was removed since does, and is named.
        @Test func laterDataPlayNoPartAndLostDataAreNamed() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                try await place.succeeds("dataset", "remove", "bare", "--yes", "--reason", "test")
                #expect(try await place.reproduce("r/1").status == 0, "the dataset is not in the run's split")
                let subject = try await place.ask(
                    """
                    select v.subject_id from lacuna.run_input i join lacuna.volume v on v.id = i.volume_id
                    where i.part = 'train' order by 1 limit 1
                    """)[0]
                try await place.succeeds("subject", "remove", subject, "--yes", "--keep-derived", "--reason", "consent")
                let ending = try await place.reproduce("r/0")
                #expect(ending.status == 5, "\(ending.output) \(ending.errors)")
                let result = try ending.object()
                #expect(result["equal"] as? Bool == false)
                let reasons = try #require(result["reasons"] as? [String])
                #expect(
                    reasons.contains { $0.contains("annotations of the run's snapshot were removed") }, "\(reasons)")
                let differences = try #require(result["differences"] as? [[String: Any]])
                #expect(differences.contains { $0["name"] as? String == "head.weight" }, "\(differences)")
                #expect(differences.contains { $0["what"] as? String == "mask" }, "\(differences)")
            }
        }

        /// The checkpoint of another libtorch, and a mask that is not what the round would make.
        @Test func whatDiffersIsNamedWithTheReason() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let (old, new) = try await place.exchangeNetwork(ofRound: 0) { bytes in
                    let text = Data("\"training.libtorch\":\"".utf8)
                    let version = try #require(bytes.range(of: text)).upperBound
                    bytes[version] = UInt8(ascii: "0")  // 1.13.0 becomes 0.13.0
                    bytes[bytes.count - 1] ^= 1
                }
                #expect(old != new)
                let ending = try await place.reproduce("r/0")
                #expect(ending.status == 5, "\(ending.errors)")
                let result = try ending.object()
                let reasons = try #require(result["reasons"] as? [String])
                #expect(reasons.count == 1 && reasons[0].hasPrefix("libtorch was 0"), "\(reasons)")
                let differences = try #require(result["differences"] as? [[String: Any]])
                #expect(differences.count == 1, "\(differences)")
                #expect(differences[0]["differing"] as? Int == 1)
                #expect(ending.errors.contains("not reproduced bit for bit, for the reasons above"))
            }
        }

        @Test func roundsThatCannotBeRepeatedAreRefused() async throws {
            try await World.with { place in
                var file = RunFile()
                file.stepsPerRound = 1_000_000
                let daemon = try place.startDaemon(file)
                #expect(await daemon.reports("round 1: training"))
                let first = try await place.reproduce("r/0")
                #expect(first.status == 0, "beside the daemon that trains round 1: \(first.errors)")
                let open = try await place.reproduce("r/1")
                #expect(open.status == 5 && open.errors.contains("round 1 of run r is training, not finished"))
                daemon.signal(SIGKILL)
                _ = await daemon.end()
                #expect(try await place.reproduce("r/9").status == 3)
                #expect(try await place.reproduce("unknown/0").status == 3)
                for wrong in ["r", "r/", "/0", "r/x", "r/-1", "r/0/0"] {
                    #expect(try await place.lacunad("run", "--reproduce", wrong).status == 2, "\(wrong)")
                }
                #expect(try await place.lacunad("run", "--once", "--reproduce", "r/0").status == 2)
                try await place.damageCheckpoints(.missing, "r.number = 0 and c.kind = 'network'")
                #expect(try await place.reproduce("r/0").status == 6)
            }
        }
    }
}

extension Place {
    func reproduce(_ round: String) async throws -> Ending { try await lacunad("run", "--reproduce", round, "--json") }

    func lacunad(_ arguments: String...) async throws -> Ending {
        try await RunningProgram(
            "lacunad", arguments + ["--database", target("lacunad"), "--home", home]
        ).end()
    }

    /// Everything that a command could change: the rows of all tables, and the objects.
    func contents() async throws -> [String] {
        var contents: [String] = []
        for table in try await ask(
            "select table_name from information_schema.tables where table_schema = 'lacuna' and table_type = 'BASE TABLE' order by 1"
        ) {
            contents += try await ask(
                "select '\(table)', md5(coalesce(string_agg(t::text, ';' order by t::text), '')) from lacuna.\(table) t"
            )
        }
        return contents + (FileManager.default.subpaths(atPath: objects) ?? []).sorted()
    }

    /// Exchanges the last network of a round for changed bytes, in the object store and in the catalogue.
    /// - Returns: the digests before and after.
    func exchangeNetwork(
        ofRound round: Int, _ change: (inout Data) throws -> Void
    ) async throws -> (old: String, new: String) {
        let old = try await ask(
            """
            select encode(c.object_digest, 'hex') from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id
            where r.number = \(round) and c.kind = 'network' order by c.step desc limit 1
            """)[0]
        var bytes = try Data(contentsOf: URL(filePath: object(old)))
        try change(&bytes)
        let new = try await ask(
            "select encode(sha256('\\x\(bytes.map { String(format: "%02x", $0) }.joined())'::bytea), 'hex')")[0]
        try bytes.write(to: URL(filePath: object(new)))
        _ = try await ask(
            """
            with off as materialized (select set_config('session_replication_role', 'replica', true) as role),
                o as (insert into lacuna.object (digest, kind, bytes) select decode('\(new)', 'hex'), 'checkpoint', \(bytes.count)
                    from off where off.role = 'replica' returning 1),
                c as (update lacuna.checkpoint set object_digest = decode('\(new)', 'hex')
                    where encode(object_digest, 'hex') = '\(old)' returning 1),
                r as (update lacuna.round set record = replace(record::text, '\(old)', '\(new)')::jsonb where number = \(round) returning 1)
            select (select count(*) from o), (select count(*) from c), (select count(*) from r)
            """)
        return (old, new)
    }
}
