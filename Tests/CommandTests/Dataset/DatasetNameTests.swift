import Foundation
import Phantoms
import TestSupport
import Testing

/// Two different datasets under one name.
@Suite struct DatasetNameTests {
    private func warnings(_ ending: Ending) throws -> [String] {
        let cases = try #require(try ending.object()["cases"] as? [[String: Any]])
        return cases.filter { $0["case"] is NSNull }.compactMap { $0["problem"] as? String }
    }

    @Test func aNameOfAnotherDatasetIsReported() async throws {
        try await Workbench.with { bench in
            let first = try PhantomData.write(.btcv, "first", scans: 1...2, in: bench)
            let second = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 3...4, in: bench)
            let one = try await bench.lacuna("dataset", "import", first, "--name", "set", "--json")
            #expect(try warnings(one) == [])
            #expect(try warnings(try await bench.lacuna("dataset", "import", first, "--name", "set", "--json")) == [])

            let plan = try await bench.lacuna("dataset", "import", second, "--name", "set", "--dry-run", "--json")
            #expect(try warnings(plan).count == 1)
            let other = try await bench.lacuna("dataset", "import", second, "--name", "set", "--json")
            #expect(other.status == 0, "\(other.errors)")
            let warning = try #require(try warnings(other).first)
            #expect(warning.contains("set exists already") && warning.contains("btcv"), "\(warning)")
            #expect(try warnings(try await bench.lacuna("dataset", "import", second, "--json")) == [])
        }
    }

    @Test func aReleaseThatSharesAFileIsOneOfTheSame() async throws {
        try await Workbench.with { bench in
            let old = try PhantomData.write(.btcv, "old", scans: 1...2, in: bench)
            let new = try PhantomData.write(.btcv, "new", scans: 1...3, in: bench)
            let strange = try PhantomData.write(.btcv, "strange", scans: 4...5, in: bench)
            let map = "\(bench.folder)/map.yaml"
            try ReleaseTests.values.write(toFile: map, atomically: true, encoding: .utf8)
            for (path, release, isReported) in [(old, "a", false), (new, "b", false), (strange, "c", true)] {
                let ending = try await bench.lacuna(
                    "dataset", "import", path, "--name", "set", "--release", release, "--map", map, "--dry-run",
                    "--json")
                #expect(try warnings(ending).contains { $0.contains("set exists already") } == isReported, "\(release)")
                if release == "a" {
                    _ = try await bench.lacuna(
                        "dataset", "import", path, "--name", "set", "--release", release, "--map", map)
                }
            }
        }
    }
}
