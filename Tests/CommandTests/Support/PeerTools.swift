import Foundation
import Glibc
import TestSupport
import Testing

/// A Python with the tools that exports are made for, named by `LACUNA_PEER_PYTHON`.
enum PeerTools {
    /// Nil where none is named.
    static let python: String? = ProcessInfo.processInfo.environment["LACUNA_PEER_PYTHON"]
        .flatMap { $0.isEmpty ? nil : $0 }

    /// Runs a script of the folder `Peers`. Its test has the trait `needsPeers`, and fails where the named program cannot be run.
    static func run(_ script: String, _ arguments: String...) async throws -> ChildProcess.Outcome {
        let python = try #require(python)
        try #require(access(python, X_OK) == 0, "LACUNA_PEER_PYTHON names \(python), which is no program")
        return try await Task.detached {
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

extension Trait where Self == ConditionTrait {
    /// Runs a test only where a Python with the tools is named.
    static var needsPeers: Self {
        .enabled(
            if: PeerTools.python != nil, "needs a Python with nnunetv2 and monai, named by LACUNA_PEER_PYTHON")
    }
}
