import Foundation
import Phantoms
import TestSupport
import Testing

/// A scan of a purged subject is imported again, under another name.
@Suite struct PurgedScanTests {
    /// Two imported patients, of whom the second was removed and purged; a copy of the set under another name.
    private func data(_ bench: Workbench, isPurged: Bool = true) async throws -> String {
        let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
        let copy = try PhantomData.write(.btcv, "copy", scans: 1...2, in: bench)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
        for act in ["remove"] + (isPurged ? ["purge"] : []) {
            let ending = try await bench.lacuna("subject", act, "set/0002", "--yes", "--reason", "consent ended")
            #expect(ending.status == 0, "\(ending.errors)")
        }
        return copy
    }

    private func objects(_ bench: Workbench) throws -> Set<String> {
        Set(try FileManager.default.subpathsOfDirectory(atPath: "\(bench.home)/objects"))
    }

    @Test func itIsQuarantinedAndItsMasksAreNotStored() async throws {
        try await Workbench.with { bench in
            let copy = try await data(bench)
            let before = try objects(bench)
            let ending = try await bench.lacuna("dataset", "import", copy, "--json")
            #expect(ending.status == 4, "\(ending.errors)")
            let summary = try ending.object()
            #expect(summary["accepted"] as? Int == 1 && summary["quarantined"] as? Int == 1)
            let cases = try #require(summary["cases"] as? [[String: Any]])
            let row = try #require(cases.first { $0["outcome"] as? String == "quarantined" })
            #expect(row["case"] as? String == "img0002")
            let problem = try #require(row["problem"] as? String)
            #expect(problem.contains("set/0002") && problem.contains("consent ended"), "\(problem)")
            #expect(try objects(bench) == before, "the masks of the other case were stored before")
            let volumes = try await bench.lacuna("volume", "list", "--dataset", "copy", "--json").rows()
            #expect(volumes.count == 1)
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)

            // It is quarantined under its original name too.
            let map = "\(bench.folder)/map.yaml"
            try ReleaseTests.values.write(toFile: map, atomically: true, encoding: .utf8)
            let own = try await bench.lacuna(
                "dataset", "import", "\(bench.folder)/data/set", "--release", "later", "--map", map, "--name", "set")
            #expect(own.status == 4 && own.output.contains("quarantined img0002"), "\(own.output) \(own.errors)")
        }
    }

    @Test func aFolderWithNoOtherScanCreatesNoDataset() async throws {
        try await Workbench.with { bench in
            _ = try await data(bench)
            let revision = try await bench.revision()
            let alone = try PhantomData.write(.btcv, "alone", scans: 2...2, in: bench)
            let ending = try await bench.lacuna("dataset", "import", alone)
            #expect(ending.status == 3, "\(ending.errors)")
            #expect(ending.output.contains("quarantined img0001"), "\(ending.output)")
            #expect(try await bench.revision() == revision)
            let datasets = try await bench.lacuna("dataset", "list", "--json").rows()
            #expect(datasets.map { $0["name"] as? String } == ["set"])
        }
    }

    @Test func dryRunsAndStrictImportsQuarantineIt() async throws {
        try await Workbench.with { bench in
            let copy = try await data(bench)
            let before = try objects(bench)
            let plan = try await bench.lacuna("dataset", "import", copy, "--dry-run", "--json")
            #expect(try plan.object()["quarantined"] as? Int == 1)
            let revision = try await bench.revision()
            let strict = try await bench.lacuna("dataset", "import", copy, "--strict", "--json")
            #expect(strict.status == 3, "\(strict.errors)")
            #expect(try strict.object()["quarantined"] as? Int == 1)
            #expect(try await bench.revision() == revision)
            #expect(try objects(bench) == before)
        }
    }

    @Test func aScanThatWasOnlyRemovedIsWithheld() async throws {
        try await Workbench.with { bench in
            let copy = try await data(bench, isPurged: false)
            for more in [["--dry-run"], []] {
                let ending = try await bench.start(["dataset", "import", copy, "--json"] + more).end()
                #expect(ending.status == 0)
                let cases = try #require(try ending.object()["cases"] as? [[String: Any]])
                let reported = cases.filter {
                    ($0["problem"] as? String)?.contains("subject set/0002 is removed") == true
                }
                #expect(reported.map { $0["case"] as? String } == ["img0002"], "\(cases)")
                #expect((reported.first?["problem"] as? String)?.contains("consent ended") == true)
                #expect((reported.first?["remedy"] as? String)?.contains("lacuna subject restore set/0002") == true)
            }
            #expect(try await bench.lacuna("coverage", "--json").rows().first?["volumes"] as? Int == 1)
            #expect(try await bench.lacuna("subject", "restore", "set/0002", "--reason", "given").status == 0)
            #expect(try await bench.lacuna("coverage", "--json").rows().first?["volumes"] as? Int == 2)
        }
    }
}
