import Foundation
import Phantoms
import Postgres
import TestSupport
import Testing

/// The report of an import in a file, which is complete also where the import fails.
@Suite struct ReportFileTests {
    private func read(_ path: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: path))) as? [String: Any])
    }

    @Test func theFileContainsWhatTheProgramPrints() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...3, in: bench)
            try Damage.corruptImage.spoil(BadFolder(path))
            try FileManager.default.removeItem(atPath: "\(path)/RawData/Training/img/img0003.nii.gz")
            let (json, csv, text) = (bench.folder + "/r.json", bench.folder + "/r.csv", bench.folder + "/r.txt")
            let ending = try await bench.lacuna("dataset", "import", path, "--json", "--report", json)
            #expect(ending.status == 4)
            #expect(try String(contentsOfFile: json, encoding: .utf8) == ending.output)
            let report = try read(json)
            #expect(report["complete"] as? Bool == true && report["waiting"] as? Int == 1)
            #expect(report["accepted"] as? Int == 1 && report["refused"] as? Int == 1)

            #expect(try await bench.lacuna("dataset", "import", path, "--report", csv).status == 4)
            let rows = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n")
            #expect(rows.first == "case,outcome,file,problem,remedy,kind")
            #expect(rows.dropFirst().map { $0.split(separator: ",")[1] } == ["unchanged", "refused", "waiting"])
            let shown = try await bench.lacuna("dataset", "import", path, "--report", text)
            #expect(try String(contentsOfFile: text, encoding: .utf8) == shown.output)
            #expect(shown.output.contains("refused img0002") && shown.output.contains("waiting img0003"))
        }
    }

    @Test(arguments: ["report.pdf", "report", "nowhere/report.json"]) func aPathThatCannotBeWrittenIsReportedFirst(
        name: String
    ) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let ending = try await bench.lacuna("dataset", "import", path, "--report", "\(bench.folder)/\(name)")
            #expect(ending.status == (name.hasSuffix(".json") ? 3 : 2), "\(ending.errors)")
            #expect(ending.errors.contains("report"))
            #expect(try await bench.count(Counting()) == 0)
        }
    }

    @Test func aFolderThatIsNoDatasetIsReportedToo() async throws {
        try await Workbench.with { bench in
            let report = bench.folder + "/r.json"
            let empty = bench.folder + "/empty"
            try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: false)
            let ending = try await bench.lacuna("dataset", "import", empty, "--report", report)
            #expect(ending.status == 3)
            let error = try #require(try read(report)["error"] as? [String: Any])
            #expect((error["problem"] as? String)?.contains("no known layout") == true)
            #expect(error["remedy"] as? String != nil)
        }
    }

    /// The second case is stopped before it writes its volume; the first is recorded by then.
    @Test func anInterruptionWritesAReportOfWhatIsDone() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...3, in: bench)
            let report = bench.folder + "/r.json"
            let holder = try await Connection.connect(bench.settings.with(user: "postgres"))
            // The trigger is committed when the import has its session, which would refuse an altered schema.
            try await holder.execute("select pg_advisory_lock(42)")
            try await holder.execute(
                """
                begin;
                create function lacuna.hold() returns trigger language plpgsql as $$ begin
                    if new.id = 2 then perform pg_advisory_xact_lock(42); end if; return new; end $$;
                create trigger hold before insert on lacuna.volume for each row execute function lacuna.hold()
                """)
            let program = try bench.start(["dataset", "import", path, "--report", report])
            try await awaits("the first case waits for the table") {
                try await bench.connection.one(HeldBackends(lock: "relation")) > 0 || !program.isRunning
            }
            try await holder.execute("commit")
            try await awaits("the second case is held") {
                try await bench.connection.one(HeldBackends(lock: "advisory")) > 0 || !program.isRunning
            }
            program.interrupt()
            let ending = await program.end()
            try await holder.execute("select pg_advisory_unlock(42)")
            try await holder.execute("drop trigger hold on lacuna.volume; drop function lacuna.hold()")
            await holder.close()
            #expect(ending.status == 130)
            #expect(ending.errors.contains("1 of 3 cases are in the catalogue; case img0002 was being recorded"))
            let written = try read(report)
            #expect(written["complete"] as? Bool == false && written["accepted"] as? Int == 1)
            let cases = try #require(written["cases"] as? [[String: Any]])
            #expect(cases.map { $0["case"] as? String } == ["img0001"])
            #expect(
                (written["error"] as? [String: Any])?["remedy"] as? String == "run the same command again to continue")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: bench.folder).allSatisfy { !$0.hasSuffix(".part") })
            #expect(try await bench.lacuna("volume", "list", "--json").rows().count == 1)
        }
    }

    private struct HeldBackends: Statement {
        static let sql = """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and wait_event = $1 and pid <> pg_backend_pid()
            """
        let lock: String
        var binds: [any PostgresBindable] { [lock] }
        func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
    }
}
