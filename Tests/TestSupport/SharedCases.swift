import Foundation
import Glibc
public import Testing

/// Inputs of real-world trouble with a check each, in `../shared/cases`, beside the package. Often absent.
///
/// The checks need a Python with numpy, nibabel, scipy and pydicom, named by `LACUNA_CASES_PYTHON`.
public enum SharedCases {
    public static let folder = "\(packageRoot)/../shared/cases"

    /// The names of the cases, sorted.
    public static let names: [String] = {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return entries.filter { access("\(folder)/\($0)/check", R_OK) == 0 }.sorted()
    }()

    /// Nil where none is named.
    public static let python: String? = ProcessInfo.processInfo.environment["LACUNA_CASES_PYTHON"]
        .flatMap { $0.isEmpty ? nil : $0 }

    /// Why the checks cannot run; nil where they can.
    static let obstacle: Comment? = {
        if names.isEmpty { return "needs ../shared/cases" }
        guard let python else {
            return "needs a Python with numpy, nibabel, scipy and pydicom, named by LACUNA_CASES_PYTHON"
        }
        let modules = "import numpy, nibabel, scipy, pydicom"
        let status = (try? ChildProcess.run(python, ["-c", modules]))?.status
        return status == 0 ? nil : "LACUNA_CASES_PYTHON names a Python without numpy, nibabel, scipy or pydicom"
    }()
}

extension Trait where Self == ConditionTrait {
    /// Runs a test only where the shared cases and a Python for their checks exist.
    public static func needsSharedCases(sourceLocation: SourceLocation = #_sourceLocation) -> Self {
        .enabled(if: SharedCases.obstacle == nil, SharedCases.obstacle, sourceLocation: sourceLocation)
    }
}
