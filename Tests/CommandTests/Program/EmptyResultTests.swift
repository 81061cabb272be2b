import Foundation
import Phantoms
import TestSupport
import Testing

/// A list without rows says why on standard error, in every format.
@Suite struct EmptyResultTests {
    @Test(arguments: [
        "dataset list", "volume list", "subject list", "mask list", "mask list --proposed", "split show",
        "split show --by organ", "round list", "round confidence", "coverage", "coverage --by round",
        "organ list --matching zzz", "volume duplicates", "volume laterality", "schedule list", "schedule history",
    ]) func anEmptyCatalogueIsExplained(line: String) async throws {
        try await Workbench.with { bench in
            let arguments = line.split(separator: " ").map(String.init)
            let ending = try await bench.start(arguments).end()
            #expect(ending.status == 0)
            #expect(ending.errors.split(separator: "\n").count >= 1, "\(line)")
            #expect(!ending.errors.contains("begin with"))
            let quiet = try await bench.start(arguments + ["--quiet", "--json"]).end()
            #expect(quiet.errors.isEmpty && quiet.output == "[]\n", "\(line): \(quiet.errors)\(quiet.output)")
        }
    }

    @Test func coverageOfRemovedDataDoesNotAskForAnImport() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            #expect(try await bench.lacuna("volume", "exclude", "1", "--reason", "x").status == 0)
            #expect(try await bench.lacuna("volume", "exclude", "2", "--reason", "x").status == 0)
            for arguments in [["coverage"], ["coverage", "--by", "dataset"], ["coverage", "--organ", "liver"]] {
                let ending = try await bench.start(arguments).end()
                #expect(ending.status == 0)
                #expect(ending.errors.contains("All volumes are removed or excluded"), "\(ending.errors)")
            }
        }
    }
}
