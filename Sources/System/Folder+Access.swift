internal import Glibc

extension Folder {
    /// What became of a folder that was made safe.
    public enum Securing: Hashable, Sendable {
        /// An empty folder of the caller counts as created.
        case created
        case unchanged
        /// Rights of other users were removed, or those of the group added; the permissions before, as four octal digits.
        case changed(from: String)
    }

    /// Creates a folder of the program's own data with the rights of `access`, or checks an existing one, links followed.
    ///
    /// - Parameters:
    ///   - isPrivate: whether rights beyond `access` to read an existing folder are removed; those above it keep theirs.
    /// - Throws: `UnsafeFolder` for a folder of another user, or one that others may write to; `SystemError`.
    @discardableResult
    public static func secure(_ path: String, _ access: FolderAccess, isPrivate: Bool = true) throws -> Securing {
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT else { throw SystemError.last("stat", path) }
            try create(path, access)
            return .created
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SystemError(operation: "mkdir", path: path, code: ENOTDIR)
        }
        let mode = status.st_mode & 0o7777
        let isOwn = status.st_uid == geteuid()
        if isOwn, mode != access.folderMode, (try? entries(of: path).isEmpty) == true {
            try set(access, on: path)
            return .created
        }
        if let problem = access.objection(owner: status.st_uid, group: status.st_gid, mode: status.st_mode) {
            throw UnsafeFolder(path: path, reason: problem)
        }
        guard isOwn, needsChange(status, access, isPrivate: isPrivate) else { return .unchanged }
        try set(access, on: path)
        return .changed(from: UnsafeFolder.octal(mode))
    }

    /// The name of the user who owns a file or folder, links not followed; nil where it cannot be read.
    public static func owner(of path: String) -> String? {
        var status = stat()
        return lstat(path, &status) == 0 ? UnsafeFolder.name(of: status.st_uid) : nil
    }

    /// Checks an existing folder as `secure` does and changes nothing; a missing folder is no error.
    public static func requireSafe(_ path: String, _ access: FolderAccess) throws(UnsafeFolder) {
        var status = stat()
        guard stat(path, &status) == 0 else { return }
        if let problem = access.objection(owner: status.st_uid, group: status.st_gid, mode: status.st_mode) {
            throw UnsafeFolder(path: path, reason: problem)
        }
    }

    private static func needsChange(_ status: stat, _ access: FolderAccess, isPrivate: Bool) -> Bool {
        if case .group(let group) = access {
            return status.st_gid != group || status.st_mode & 0o7770 != access.folderMode
                || (isPrivate && status.st_mode & 0o007 != 0)
        }
        return isPrivate && status.st_mode & 0o077 != 0
    }

    /// Creates a folder with the rights of `access`, and those above it with the usual rights; an existing one is unchanged.
    ///
    /// - Parameter isDurable: whether its entry is on the disk on return.
    public static func create(
        _ path: String, _ access: FolderAccess, isDurable: Bool = false
    ) throws(SystemError) {
        if exists(path) { return }
        let parent = FilePath.parent(of: path)
        if parent != path { try create(parent) }
        guard mkdir(path, 0o700) == 0 else {
            let error = SystemError.last("mkdir", path)
            // Another process created it at the same moment, and gives it its rights.
            if error.code == EEXIST && exists(path) { return }
            throw error
        }
        try set(access, on: path)
        if isDurable { try synchronise(parent) }
    }

    private static func set(_ access: FolderAccess, on path: String) throws(SystemError) {
        if case .group(let group) = access {
            guard chown(path, uid_t.max, group) == 0 else { throw .last("chgrp", path) }
        }
        guard chmod(path, access.folderMode) == 0 else { throw .last("chmod", path) }
    }
}
