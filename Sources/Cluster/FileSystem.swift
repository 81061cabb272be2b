internal import Glibc
internal import System

/// File operations of a cluster that `System` does not have.
enum FileSystem {
    static func lastProblem() -> String { String(cString: strerror(errno)) }

    static func isExecutable(_ path: String) -> Bool { access(path, X_OK) == 0 }

    /// Whether a process accepts connections on the socket at `path`; one whose queue is full counts.
    static func isListening(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return status == 0 || errno == EAGAIN
    }

    /// The user id of a path's owner; nil where it cannot be read.
    static func owner(of path: String) -> UInt32? {
        var entry = stat()
        return lstat(path, &entry) == 0 ? entry.st_uid : nil
    }

    /// The path without symbolic links and `..`; parts that do not exist yet are kept as they are.
    ///
    /// - Throws: `file` where the working folder was deleted.
    static func resolve(_ path: String) throws(ClusterError) -> String {
        if let resolved = FilePath.resolved(path) { return resolved }
        let parent = FilePath.parent(of: path)
        guard parent != path else { throw .file(path: path, problem: lastProblem()) }
        let resolved = try resolve(parent)
        return (resolved == "/" ? "" : resolved) + "/" + FilePath.name(of: path)
    }

    /// Creates a folder and those above it; existing ones are unchanged.
    static func makeFolders(_ path: String, mode: mode_t) throws(ClusterError) {
        if FilePath.exists(path) { return }
        let parent = FilePath.parent(of: path)
        if parent != path { try makeFolders(parent, mode: 0o755) }
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw .file(path: path, problem: lastProblem()) }
    }

    /// Creates a folder that only `user` (nil: the caller) can enter, or checks that an existing one is such.
    static func makePrivateFolder(_ path: String, user: ServerUser?) throws(ClusterError) {
        if mkdir(path, 0o700) == 0 {
            if let user, chown(path, user.userID, user.groupID) != 0 {
                throw .file(path: path, problem: lastProblem())
            }
            return
        }
        guard errno == EEXIST else { throw .file(path: path, problem: lastProblem()) }
        var entry = stat()
        guard lstat(path, &entry) == 0 else { throw .file(path: path, problem: lastProblem()) }
        let owner = user?.userID ?? getuid()
        if entry.st_mode & S_IFMT == S_IFDIR, entry.st_uid == 0, getuid() == 0, let user {
            // Root was stopped between the creation of the folder and the change of its owner.
            guard lchown(path, user.userID, user.groupID) == 0 else { throw .file(path: path, problem: lastProblem()) }
            return
        }
        guard entry.st_mode & S_IFMT == S_IFDIR, entry.st_uid == owner, entry.st_mode & 0o077 == 0 else {
            throw .unsafeFolder(path: path)
        }
    }

    /// Writes a file whole or not at all, with exactly the permissions `mode`.
    static func write(_ text: String, to path: String, mode: mode_t) throws(ClusterError) {
        do {
            let draft = try TemporaryFile(in: FilePath.parent(of: path), mode: mode)
            try draft.write(Array(text.utf8))
            try draft.place(at: path, mode: mode)
        } catch {
            throw .file(path: error.path, problem: error.reason)
        }
    }

    /// A small file's text; nil when it cannot be read.
    static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return readAll(descriptor)
    }

    /// All of a file from its beginning.
    static func readAll(_ descriptor: Int32) -> String {
        lseek(descriptor, 0, SEEK_SET)
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while case let count = Glibc.read(descriptor, &block, block.count), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
