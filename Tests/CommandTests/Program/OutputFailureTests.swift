import Foundation
import TestSupport
import Testing

/// What becomes of results that standard output does not take.
@Suite struct OutputFailureTests {
    @Test(arguments: [
        "lacuna volume list --json >/dev/full", "lacuna coverage --csv >/dev/full", "lacuna mask list --csv >/dev/full",
        "lacuna --help >/dev/full", "lacunad run --defaults >/dev/full", "lacuna --version >/dev/full",
        "lacuna volume list >&-",
    ]) func aFullOrClosedOutputIsAFailure(script: String) async throws {
        try await Workbench.with { bench in
            let ending = try await bench.shell(script)
            #expect(ending.status == 7, "\(script): \(ending.errors)")
            #expect(ending.errors.contains("error: standard output cannot be written: "))
            let lines = ending.errors.split(separator: "\n").filter { $0.hasPrefix("lacuna") }
            #expect(lines.count == 1, "\(ending.errors)")
        }
    }

    @Test(arguments: ["", "trap '' PIPE; "]) func aClosedPipeEndsQuietly(prefix: String) async throws {
        try await Workbench.with { bench in
            let ending = try await bench.shell("\(prefix)lacuna organ list | exec true; echo ${PIPESTATUS[0]}")
            #expect(ending.output == "141\n" && ending.errors.isEmpty, "\(ending.errors)")
        }
    }

    @Test func aClosedStandardErrorIsNoFailure() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.shell("lacuna volume list 2>&-")
            #expect(ending.status == 0)
        }
    }

    @Test func marksOfFileNamesAreEscaped() async throws {
        try await Workbench.with { bench in
            let ending = try await bench.shell("lacuna dataset import $'a\\u202eb\\033[2J\\nremedy: none'")
            #expect(ending.status == 3)
            #expect(ending.errors.contains("a\\u202eb\\u001b[2J\\u000aremedy: none"), "\(ending.errors)")
        }
    }
}
