import Foundation
import Glibc
import TestSupport

/// A Python with the tools that exports are made for, named by `LACUNA_PEER_PYTHON`.
enum PeerTools {
    /// Nil where none is named; the check that is left out is then named on standard error.
    static func python(check: String = #function) -> String? {
        if let path = ProcessInfo.processInfo.environment["LACUNA_PEER_PYTHON"], access(path, X_OK) == 0 {
            return path
        }
        let notice = "left out: \(check) needs a Python with nnunetv2 and monai, named by LACUNA_PEER_PYTHON\n"
        FileHandle.standardError.write(Data(notice.utf8))
        return nil
    }

    /// Runs a script of the folder `Peers`.
    static func run(_ python: String, _ script: String, _ arguments: String...) async throws -> ChildProcess.Outcome {
        try await Task.detached {
            try ChildProcess.run(
                python, ["\(packageRoot)/Tests/CommandTests/Peers/\(script)"] + arguments,
                environment: [
                    "nnUNet_raw": "/nonexistent", "nnUNet_preprocessed": "/nonexistent",
                    "nnUNet_results": "/nonexistent",
                    "OMP_NUM_THREADS": "1", "HOME": TemporaryFolder.root,
                ])
        }.value
    }
}
