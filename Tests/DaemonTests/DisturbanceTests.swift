import TestSupport
import Testing

extension DaemonTests {
    /// What a data manager does in the middle of each phase of a run.
    @Suite struct DisturbanceTests {
        private static let phases = [
            "round 0: training", "round 0: trained", "round 0: ranking", "round 0: held-out", "round 0: published",
            "round 1: training", "round 1: held-out", "round 1: published",
        ]

        /// A removal with recall cancels the run with its revision, in whatever phase; a purge afterwards leaves nothing behind.
        @Test(arguments: phases)
        func aRecallAndAPurgeCancelTheRun(after line: String) async throws {
            try await World.with { place in
                let daemon = try place.startDaemon()
                #expect(await daemon.reports(line))
                let subject = try await place.trainingSubject()
                try await place.succeeds("subject", "remove", subject, "--yes", "--reason", "consent")
                let revision = try await place.number("select max(revision) from lacuna.change")
                let ending = await daemon.end()
                let purge = try await place.lacuna("subject", "purge", subject, "--yes", "--reason", "consent")
                #expect([0, 4].contains(purge.status), "\(purge.errors)")
                if ending.status == 0 {
                    // The run had ended before; its labels are hidden, and its rounds marked.
                    #expect(line == "round 1: published", "\(ending.errors)")
                } else {
                    #expect(ending.status == 5, "\(ending.errors)")
                    #expect(ending.errors.contains("at revision \(revision)"), "\(ending.errors)")
                    #expect(
                        try await place.ask("select distinct state from lacuna.job where run_id is not null") == [
                            "cancelled"
                        ])
                }
                #expect(try await place.number("select count(*) from lacuna.pseudo_pointer") == 0)
                #expect(try await place.lacuna("verify", "--read-data").status == 0)
                let again = try await place.daemon()
                #expect(again.status == (ending.status == 0 ? 0 : 5), "\(again.errors)")
            }
        }

        /// A run uses its snapshot: what is imported meanwhile changes nothing of it.
        @Test(arguments: phases)
        func anImportChangesNothingOfTheRun(after line: String) async throws {
            try await World.with { place in
                let daemon = try place.startDaemon()
                #expect(await daemon.reports(line))
                let imported = try await place.lacuna("dataset", "import", "\(place.data)/internal", "--name", "again")
                #expect([0, 4].contains(imported.status), "\(imported.errors)")
                let ending = await daemon.end()
                #expect(ending.status == 0, "\(ending.errors)")
                try await WholeRun.expect(sameAs: place, "after an import at \(line)")
                #expect(try await place.lacuna("verify", "--read-data").status == 0)
            }
        }

        /// A rollback of the labels that a run trains on cancels it, in whatever phase after their publication.
        @Test(arguments: ["round 0: published", "round 1: training", "round 1: trained", "round 1: held-out"])
        func aRollbackCancelsTheRun(after line: String) async throws {
            try await World.with { place in
                let daemon = try place.startDaemon()
                #expect(await daemon.reports(line))
                let rollback = try await place.lacuna(
                    "mask", "rollback", "--run", "r", "--to", "none", "--reason", "leaks")
                #expect(rollback.status == 0, "\(rollback.errors)")
                let ending = await daemon.end()
                if ending.status == 0 { return }  // the run had ended before
                #expect(ending.status == 5, "\(ending.errors)")
                #expect(ending.errors.contains("cancelled by a rollback at revision"), "\(ending.errors)")
                #expect(try await place.number("select count(*) from lacuna.pseudo_pointer") == 0)
                #expect(try await place.lacuna("verify", "--read-data").status == 0)
            }
        }
    }
}

extension Place {
    /// A subject of the part train with annotations.
    fileprivate func trainingSubject() async throws -> String {
        try await ask(
            """
            select d.name || '/' || a.key from lacuna.subject_alias a join lacuna.dataset d on d.id = a.dataset_id
            join lacuna.split_member m on m.subject_id = a.subject_id join lacuna.split s on s.id = m.split_id
            where s.name = 's' and m.part = 'train' and d.name = 'internal' order by 1 limit 1
            """)[0]
    }
}
