internal import Glibc
internal import System

extension ObjectStoreError {
    init(_ error: SystemError) {
        self =
            switch error.code {
            case _ where error.isNotRegular: .notAFile(path: error.path)
            case ENOSPC, EDQUOT, EFBIG: .full(path: error.path)
            case EROFS: .readOnly(path: error.path)
            case EACCES, EPERM: .denied(path: error.path)
            case ENOTDIR: .notAStore(path: error.path, problem: "a part of the path is a file, not a folder")
            default: .system(path: error.path, operation: error.operation, code: error.code)
            }
    }

    /// The error in `errno`, after `operation` on `path` failed.
    static func last(_ operation: String, _ path: String) -> ObjectStoreError {
        ObjectStoreError(SystemError(operation: operation, path: path, code: errno))
    }
}

/// Runs file operations of a store and reports their failures as the store's.
func storing<T: ~Copyable>(_ body: () throws(SystemError) -> T) throws(ObjectStoreError) -> T {
    do { return try body() } catch { throw ObjectStoreError(error) }
}
