import Foundation
public import Testing

/// A Python for checks against independent implementations: that of `LACUNA_CASES_PYTHON`, else the one that `Scripts/test` makes.
public enum OraclePython {
    /// Nil where neither exists.
    public static let path: String? =
        [SharedCases.python, "\(packageRoot)/.build/cases-python/bin/python"].compactMap { $0 }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Why a check cannot run; nil where it can.
    ///
    /// - Parameter modules: names of the modules that it imports, separated by commas.
    static func obstacle(_ modules: String) -> Comment? {
        guard let path else { return "needs a Python with \(modules), named by LACUNA_CASES_PYTHON" }
        let status = (try? ChildProcess.run(path, ["-c", "import \(modules)"]))?.status
        return status == 0 ? nil : "the Python \(path) has no \(modules)"
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs a test only where a Python with these modules exists.
    public static func needsPython(_ modules: String, sourceLocation: SourceLocation = #_sourceLocation) -> Self {
        let obstacle = OraclePython.obstacle(modules)
        return .enabled(if: obstacle == nil, obstacle, sourceLocation: sourceLocation)
    }
}
