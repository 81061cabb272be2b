import Domain
import Foundation
import Phantoms
import TestSupport
import Testing

/// Paths and names that file systems allow and programs rarely meet.
@Suite struct FileNameTests {
    @Test(arguments: ["dang/ph", "dang/a/b", "/proc/nothing", ""])
    func aFolderThatCannotBeCreatedIsRefused(path: String) async throws {
        try await Workbench.with { bench in
            let ending = try await bench.shell("ln -s /nowhere dang; lacuna phantom generate '\(path)'")
            #expect(ending.status == 3, "\(ending.errors)")
        }
    }

    @Test func objectsBelowADanglingLinkAreRefused() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let ending = try await bench.shell(
                "ln -s /nowhere dang; lacuna dataset import \(path) --objects $PWD/dang/objects")
            #expect(ending.status == 7, "\(ending.errors)")
        }
    }

    @Test func aDeletedWorkingFolderIsReported() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.shell(
                "unset LACUNA_DATABASE LACUNA_HOME; mkdir g; cd g; rmdir ../g; lacuna volume list")
            #expect(ending.status == 7, "\(ending.errors)")
        }
    }

    @Test func filesAreWrittenUnderAnyNameAndTheUmask() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let ending = try await bench.shell(
                """
                set -e; umask 002; mkdir out $'out\\u0600'
                lacuna mask export 1 liver --output out/$'\\u0301'x.nii.gz >&2
                lacuna mask export 1 liver --output $'out\\u0600'/x.nii.gz >&2
                lacuna export monai --organs liver --output out/$'\\u0301'.json >&2
                stat -c %a out/*.json out/*.nii.gz $'out\\u0600'/x.nii.gz
                """)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(ending.output == "664\n664\n664\n")
        }
    }

    /// macOS writes names with combining accents.
    @Test func namesThatDifferInTheirBytesAloneAreOne() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "one", scans: 1...1, in: bench)
            for name in ["caf\u{E9}", "cafe\u{301}"] {
                #expect(try await bench.lacuna("dataset", "import", path, "--name", name).status == 0)
            }
            let datasets = try await bench.lacuna("dataset", "list", "--json").rows()
            #expect(
                datasets.count == 1 && Array((datasets[0]["name"] as? String ?? "").utf8) == Array("caf\u{E9}".utf8))
        }
    }

    @Test(arguments: ["", " ", ".", "..", "a/..", "a\nb"]) func noNameIsEmptyOrAFolder(name: String) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            for command in [
                ["split", "create", name, "--train", "set"], ["dataset", "import", path, "--name", name],
                ["dataset", "import", path, "--release", name],
            ] {
                let ending = try await bench.start(command).end()
                #expect(ending.status == 2, "\(command): \(ending.errors)")
            }
            #expect(try await bench.count(Counting()) == 0)
        }
    }

    @Test func namesThatAreNotTextAreRefusedAndNamed() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(
                .totalSegmentator(classes: ["liver"], missingShare: 0), "set", scans: 1...3, in: bench)
            let ending = try await bench.shell(
                "mv \(path)/s0002 \(path)/$'non\\xff\\xfeutf8'; lacuna dataset import \(path) --json")
            #expect(ending.status == 4, "\(ending.errors)")
            let report = try ending.object()
            #expect(report["refused"] as? Int == 1)
            #expect(try RefusedCases(ending).files == [#"non\xff\xfeutf8"#])
        }
    }

    @Test(arguments: [
        "organ import fifo", "mask import 1 liver fifo --reason x", "split create s --list fifo",
        "dataset import data --subjects fifo", "dataset import data/set",
    ]) func aPipeIsNotReadAsAFile(command: String) async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.msd(.liver, lesions: false), "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let ending = try await bench.shell(
                "mkfifo fifo; rm \(path)/dataset.json; mkfifo \(path)/dataset.json; timeout 60 lacuna \(command)")
            #expect(ending.status == 2 || ending.status == 3, "\(ending.status): \(ending.errors)")
        }
    }
}
