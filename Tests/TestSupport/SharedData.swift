internal import Glibc

/// The root of this package.
public let packageRoot: String = {
    // Tests/TestSupport/SharedData.swift
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
}()

/// The path of a file or folder of the shared real data, which lie beside the package in `../shared/data`.
///
/// Nil where it is absent; the check that is left out is then named on standard error.
public func sharedData(_ path: String = "", check: String = #function) -> String? {
    let full = "\(packageRoot)/../shared/data/\(path)"
    if access(full, R_OK) == 0 { return full }
    let notice = Array("left out: \(check) needs ../shared/data/\(path), which is absent\n".utf8)
    _ = write(STDERR_FILENO, notice, notice.count)
    return nil
}
