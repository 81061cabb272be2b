import Foundation
import TestSupport
import Testing

/// Every check of `../shared/cases`, on a copy, by the built program with a home and an embedded server of its own.
@Suite(.serialized, .needsSharedCases()) struct SharedCaseTests {
    @Test(arguments: SharedCases.names) func theCheckIsPassed(name: String) async throws {
        try await withTemporaryFolder { folder in
            let copy = "\(folder)/cases"
            try FileManager.default.copyItem(atPath: SharedCases.folder, toPath: copy)
            let python = try #require(SharedCases.python)
            let programs = String(ChildProcess.built("lacuna").dropLast("/lacuna".count))
            let check = try RunningProgram(
                "/bin/bash", ["\(copy)/\(name)/check"],
                environment: [
                    "PATH": "\(programs):/usr/bin:/bin", "CASES_PY": python, "HOME": folder, "TMPDIR": "/tmp",
                    "LC_ALL": "C.UTF-8",
                ], folder: copy, limit: .seconds(300))
            let ending = await check.end()
            #expect(ending.status == 0, "\(ending.output.split(separator: "\n").last ?? "") \(ending.errors)")
        }
    }
}
