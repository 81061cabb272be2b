import Foundation
import Phantoms
import TestSupport
import Testing

@Suite struct ExitStatusTests {
    private static let expected: [(String, Int32)] = [
        ("--help", 0), ("coverage", 0), ("nonsense", 2), ("coverage --by moon", 2), ("dataset import /nonexistent", 3),
        ("dataset import /tmp --layout moon", 2), ("mask export 7 liver --output /tmp/x.nii.gz", 3),
        ("organ show moon", 3), ("mask show 7", 3), ("split create a", 2), ("split show a", 3),
        ("round adopt nobody", 3), ("lineage checkpoint:x", 2), ("lineage checkpoint:99", 3),
        ("mask rollback --run r --reason x", 2), ("coverage --as-of -1", 3), ("mask list --as-of -1", 3),
        ("coverage --database host=/nonexistent", 7), ("phantom generate /nonexistent/x --liver 0", 2),
        ("round list a --run b", 2), ("split create a --holdout test=1.5", 2),
    ]

    @Test(arguments: expected) func exitStatusesFollowTheContract(_ line: String, _ status: Int32) async throws {
        let arguments = line.split(separator: " ").map(String.init)
        try await Workbench.with { bench in
            let ending = try await bench.start(arguments).end()
            #expect(ending.status == status, "\(arguments): \(ending.errors)")
            if status != 0 { #expect(!ending.errors.isEmpty) }
        }
    }

    @Test func aHomeThatIsAFileIsRefused() throws {
        let home = TemporaryFolder.make("home") + "/README.md"
        try "text".write(toFile: home, atomically: true, encoding: .utf8)
        let ending = try ChildProcess.run(
            ChildProcess.built("lacuna"), ["dataset", "list"], environment: ["LACUNA_HOME": home])
        #expect(ending.status == 3 && ending.errors.contains("the home folder is a file"), "\(ending.errors)")
    }

    @Test(arguments: [
        ("roundd list", "unknown command: lacuna roundd", "did you mean round?"),
        ("weather", "unknown command: lacuna weather", "available: cache, coverage, database"),
        ("mask exprt 1 liver", "unknown command: lacuna mask exprt", "did you mean export?"),
    ]) func anUnknownCommandIsReportedWithTheMostSimilar(line: String, problem: String, remedy: String) async throws {
        try await Workbench.with { bench in
            let ending = try await bench.start(line.split(separator: " ").map(String.init)).end()
            #expect(ending.status == 2)
            #expect(ending.errors.hasPrefix("lacuna: error: \(problem)\n"), "\(ending.errors)")
            #expect(ending.errors.contains("  remedy: \(remedy)"), "\(ending.errors)")
        }
    }

    @Test func helpIsWrappedByTheTerminalAlone() async throws {
        try await Workbench.with { bench in
            for command in [
                ["mask", "export"], ["volume", "duplicates"], ["lineage"], ["split", "check"], ["verify"],
            ] {
                let help = try await bench.start(command + ["--help"]).end()
                #expect(help.status == 0)
                let overview = help.output.components(separatedBy: "USAGE:")[0]
                let paragraphs = overview.components(separatedBy: "\n\n").filter {
                    !$0.isEmpty && !$0.hasPrefix("EXAMPLE:")
                }
                #expect(paragraphs.count >= 2, "abstract and discussion")
                for paragraph in paragraphs {
                    let lines = paragraph.split(separator: "\n")
                    #expect(lines.dropLast().allSatisfy { $0.count > 60 }, "\(paragraph)")
                }
            }
        }
    }

    @Test func aSubjectInTwoPartsIsAConflict() async throws {
        try await Workbench.with { bench in
            let first = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...1, in: bench)
            let second = try PhantomData.write(.msd(.spleen, lesions: false), "Task09_Spleen", scans: 1...1, in: bench)
            for path in [first, second] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
            let ending = try await bench.lacuna(
                "split", "create", "main", "--train", "Task03_Liver", "--test", "Task09_Spleen")
            #expect(ending.status == 5)
            #expect(ending.errors.contains("two parts"))
        }
    }

    @Test func theWholesOfNewOrgansAreAcceptedInAnySpelling() async throws {
        try await Workbench.with { bench in
            let file = bench.folder + "/organs.csv"
            try "key,name,part_of\nrenal_cyst_wall,Renal cyst wall,Left Kidney\nodd_part,Odd part,renal_cyst_wall\n"
                .write(
                    toFile: file, atomically: true, encoding: .utf8)
            let added = try await bench.lacuna("organ", "import", file)
            #expect(added.status == 0, "\(added.errors)")
            for (organ, whole) in [("renal_cyst_wall", "kidney_left"), ("odd_part", "renal_cyst_wall")] {
                let shown = try await bench.lacuna("organ", "show", organ, "--json").object()
                #expect(shown["partOf"] as? [String] == [whole])
            }
            try "key,name,part_of\nx,X,moon\n".write(toFile: file, atomically: true, encoding: .utf8)
            let refused = try await bench.lacuna("organ", "import", file)
            #expect(refused.status == 3, "\(refused.errors)")
            #expect(try await bench.lacuna("organ", "show", "x").status == 3)
        }
    }

    @Test func aReleaseUnderAnotherFolderIsAConflict() async throws {
        try await Workbench.with { bench in
            let first = try PhantomData.write(.btcv, "one", scans: 1...1, in: bench)
            let second = try PhantomData.write(.btcv, "two", scans: 2...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", first, "--name", "same").status == 0)
            #expect(try await bench.lacuna("dataset", "import", second, "--name", "same").status == 5)
        }
    }
}
