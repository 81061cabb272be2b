internal import Glibc
internal import System

/// Folders and text files of generated datasets.
enum PhantomFolder {
    /// Creates a folder and those above it; one that exists is left as it is.
    static func make(_ path: String) throws(PhantomError) {
        try writing { () throws(SystemError) in try Folder.create(path, mode: 0o777) }
    }

    /// Removes a folder with its contents; a missing one is no error.
    static func remove(_ path: String) throws(PhantomError) {
        try writing { () throws(SystemError) in try Folder.remove(path) }
    }

    static func rename(_ path: String, to name: String) throws(PhantomError) {
        if Glibc.rename(path, name) != 0 { throw .unwritable(path: name, reason: String(cString: strerror(errno))) }
    }

    /// Writes a new text file.
    static func write(_ text: String, to path: String) throws(PhantomError) {
        try writing { () throws(SystemError) in try AtomicFile.write(text, to: path) }
    }

    private static func writing(_ body: () throws(SystemError) -> Void) throws(PhantomError) {
        do { try body() } catch { throw .unwritable(path: error.path, reason: error.reason) }
    }
}
