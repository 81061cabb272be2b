internal import Glibc

/// Who may use the program's own folders and files.
public enum FolderAccess: Hashable, Sendable {
    /// The owner alone: folders 0700, files 0600.
    case owner
    /// The owner and the members of a group, by its id: folders 2770, files 0660.
    case group(UInt32)

    /// Permissions of folders; a group's folder passes its group on to what is created in it.
    public var folderMode: UInt32 { isShared ? 0o2770 : 0o700 }

    /// Permissions of files that may be replaced.
    public var fileMode: UInt32 { isShared ? 0o660 : 0o600 }

    /// Permissions of files that never change.
    public var readOnlyFileMode: UInt32 { isShared ? 0o440 : 0o400 }

    private var isShared: Bool { if case .group = self { true } else { false } }

    /// Shared with a group of the system; nil where there is none of the name.
    public static func sharedWithGroup(_ name: String) -> FolderAccess? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        var buffer = [CChar](repeating: 0, count: 1 << 16)
        guard getgrnam_r(name, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return .group(entry.gr_gid)
    }

    /// Why a folder or file with this owner, group and mode is not safe to use; nil where it is.
    ///
    /// Somebody else who may write could exchange what is trained on.
    func objection(owner: UInt32, group: UInt32, mode: UInt32) -> UnsafeFolder.Problem? {
        if mode & 0o002 != 0 { return .writableByOthers(mode: mode & 0o7777) }
        if case .group(let shared) = self, shared == group { return nil }
        if owner != geteuid() { return .otherOwner(owner) }
        return mode & 0o020 == 0 ? nil : .writableByOthers(mode: mode & 0o7777)
    }

    /// Whether an open file may be used: it is the caller's, or the group's, and nobody else may write to it.
    public func accepts(fileDescriptor: Int32) -> Bool {
        var status = stat()
        return fstat(fileDescriptor, &status) == 0
            && objection(owner: status.st_uid, group: status.st_gid, mode: status.st_mode) == nil
    }
}

/// A folder of the program that is not used, because somebody else could change what is in it.
public struct UnsafeFolder: Error, Hashable, Sendable {
    public enum Problem: Hashable, Sendable {
        /// The user id of the owner.
        case otherOwner(UInt32)
        /// The permissions.
        case writableByOthers(mode: UInt32)
    }

    public let path: String
    public let reason: Problem

    public var problem: String {
        switch reason {
        case .otherOwner(let user):
            "the folder belongs to \(Self.name(of: user)), not to the user who runs this program"
        case .writableByOthers(let mode): "other users may write to the folder (mode \(Self.octal(mode)))"
        }
    }

    public var remedy: String {
        switch reason {
        case .otherOwner:
            "work as that user, name another folder, or share it with a group: LACUNA_GROUP and chgrp -R, see docs/operations.md"
        case .writableByOthers:
            "check what is in it, then chmod go-w \(path); to share it with a group, set LACUNA_GROUP"
        }
    }

    static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    static func name(of user: UInt32) -> String {
        getpwuid(user).map { String(cString: $0.pointee.pw_name) } ?? "user \(user)"
    }
}
