internal import Glibc
public import Testing

/// The root folder of this package.
public let packageRoot: String = {
    // Tests/TestSupport/RealData.swift
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
}()

/// Real medical files: a small committed set in `Tests/Data`, and a larger optional set in `../shared/data`.
///
/// Both have one layout, `OWNER__REPOSITORY/path`, and an `ORACLE.json` with what nibabel finds in each file.
public enum RealData {
    /// The committed files; every clone has them.
    public static let committed = "\(packageRoot)/Tests/Data"
    /// The larger set beside the package; often absent.
    public static let shared = "\(packageRoot)/../shared/data"

    /// The path of a file or folder: the committed one, or else that of the larger set, where it may be absent.
    public static func path(_ name: String) -> String {
        let own = "\(committed)/\(name)"
        return isReadable(own) ? own : "\(shared)/\(name)"
    }

    fileprivate static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }
}

extension Trait where Self == ConditionTrait {
    /// Runs a test or suite only where the named real files exist. Files that are committed need no such trait: a test that
    /// misses one of them fails.
    ///
    /// - Parameter names: paths relative to `../shared/data`.
    public static func needsRealData(_ names: String..., sourceLocation: SourceLocation = #_sourceLocation) -> Self {
        let missing = names.filter { !RealData.isReadable(RealData.path($0)) }
        return .enabled(
            if: missing.isEmpty, "needs ../shared/data/\(missing.joined(separator: ", "))",
            sourceLocation: sourceLocation)
    }

    /// Runs a suite over the larger set only where that lies beside the package.
    public static func needsLargerSet(sourceLocation: SourceLocation = #_sourceLocation) -> Self {
        .enabled(
            if: RealData.isReadable("\(RealData.shared)/ORACLE.json"), "needs ../shared/data",
            sourceLocation: sourceLocation)
    }

    /// Runs a test only where a file system can be mounted, which takes root's rights.
    public static func needsMounting(sourceLocation: SourceLocation = #_sourceLocation) -> Self {
        .enabled(if: SmallDisk.canMount, "needs the right to mount a file system", sourceLocation: sourceLocation)
    }

    /// Runs a test only as an ordinary user, whom permissions stop.
    public static func needsOrdinaryUser(sourceLocation: SourceLocation = #_sourceLocation) -> Self {
        .enabled(
            if: geteuid() != 0, "needs an ordinary user: root may read and write everywhere",
            sourceLocation: sourceLocation)
    }
}
