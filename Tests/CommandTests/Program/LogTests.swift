import Phantoms
import TestSupport
import Testing

/// The log of revisions, and what a date names.
@Suite struct LogTests {
    @Test func revisionsAreListedWithWhoWhatAndWhy() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.spleen, lesions: false), "Task09_Spleen", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let set = try await bench.lacuna(
                "label", "set", "1", "spleen", "unlabelled", "--override", "--reason", "leaks into the stomach")
            #expect(set.status == 0, "\(set.errors)")
            let rows = try await bench.lacuna("log", "--json").rows()
            let newest = try #require(rows.first)
            #expect(newest["kind"] as? String == "correction")
            #expect(newest["reason"] as? String == "leaks into the stomach")
            #expect(newest["labels"] as? Int == -1)
            #expect(newest["organs"] as? String == "spleen")
            let imports = try await bench.lacuna("log", "--kind", "import", "--json").rows()
            #expect(imports.count == rows.count - 1)
            #expect(imports.allSatisfy { $0["datasets"] as? String == "Task09_Spleen" })
            #expect(try await bench.lacuna("log", "--by", "nobody", "--json").rows().isEmpty)
            #expect(try await bench.lacuna("log", "--since", "2999-01-01", "--json").rows().isEmpty)
            #expect(try await bench.lacuna("log", "--limit", "1", "--json").rows().count == 1)
        }
    }

    @Test func datesNameRevisions() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.spleen, lesions: false), "Task09_Spleen", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let time = try #require(try await bench.lacuna("log", "--json").rows().first?["time"] as? String)
            let today = String(time.prefix(10))
            #expect(try await bench.lacuna("mask", "list", "--as-of", today, "--json").rows().count == 1)
            for (wrong, problem) in [
                ("2001-02-30", "not a date"), ("2001-13-01", "not a date"), ("2999-01-01", "in the future"),
                ("2001-01-01", "the first revision is of \(time)"),
            ] {
                let refused = try await bench.lacuna("coverage", "--as-of", wrong)
                #expect(refused.status == 3 && refused.errors.contains(wrong), "\(refused.errors)")
                #expect(refused.errors.contains(problem), "\(refused.errors)")
            }
            #expect(try await bench.lacuna("coverage", "--as-of", "yesterday").status == 2)
        }
    }
}
