import Phantoms
import Testing

@Suite struct ExitStatusTests {
    private static let expected: [(String, Int32)] = [
        ("--help", 0), ("coverage", 0), ("nonsense", 2), ("coverage --by moon", 2), ("dataset import /nonexistent", 3),
        ("dataset import /tmp --layout moon", 2), ("mask export 7 liver --output /tmp/x.nii.gz", 3),
        ("organ show moon", 3), ("mask show 7", 3), ("split create a", 2), ("split show a", 3),
        ("round adopt nobody", 3), ("lineage checkpoint:x", 2), ("coverage --database host=/nonexistent", 7),
    ]

    @Test(arguments: expected) func commandsEndAsTheContractSays(_ line: String, _ status: Int32) async throws {
        let arguments = line.split(separator: " ").map(String.init)
        try await Workbench.with { bench in
            let ending = try await bench.start(arguments).end()
            #expect(ending.status == status, "\(arguments): \(ending.errors)")
            if status != 0 { #expect(!ending.errors.isEmpty) }
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

    @Test func aReleaseUnderAnotherFolderIsAConflict() async throws {
        try await Workbench.with { bench in
            let first = try PhantomData.write(.btcv, "one", scans: 1...1, in: bench)
            let second = try PhantomData.write(.btcv, "two", scans: 2...2, in: bench)
            #expect(try await bench.lacuna("dataset", "import", first, "--name", "same").status == 0)
            #expect(try await bench.lacuna("dataset", "import", second, "--name", "same").status == 5)
        }
    }
}
