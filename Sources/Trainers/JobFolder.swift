internal import Glibc
internal import System

/// The private folder of one job of an outside program. It is removed with this object.
///
/// A lock on it is held while lacunad lives. What a killed lacunad left behind is removed with the next job, and its program is killed if
/// it still runs.
public final class JobFolder: Sendable {
    public let path: String
    private let lock: FolderLock?

    /// - Parameter parent: the folder of all jobs, created where it is missing.
    /// - Throws: `TrainerError.folder`.
    public init(in parent: String) throws(TrainerError) {
        do {
            try Folder.create(parent, mode: 0o700)
        } catch {
            throw .folder(path: parent, problem: error.reason)
        }
        Self.removeAbandoned(in: parent)
        (path, lock) = try Self.create(in: parent)
        Unfinished.add(path)
    }

    deinit {
        try? Folder.remove(path)
        Unfinished.forget(path)
    }

    /// Creates a folder within.
    public func makeFolder(_ name: String) throws(TrainerError) -> String {
        let folder = "\(path)/\(name)"
        do {
            try Folder.create(folder, mode: 0o700, parents: false)
        } catch {
            throw .folder(path: folder, problem: error.reason)
        }
        return folder
    }

    /// Writes a file within and returns its path.
    public func write(_ bytes: [UInt8], to name: String) throws(TrainerError) -> String {
        let file = "\(path)/\(name)"
        do {
            let draft = try TemporaryFile(in: path, mode: 0o600)
            try draft.write(bytes)
            try draft.place(at: file)
        } catch {
            throw .folder(path: file, problem: error.reason)
        }
        return file
    }

    /// Reads a checkpoint that the program wrote in a folder within, and removes its file. Links are not followed: what they point to is not
    /// the program's.
    ///
    /// - Throws: `TrainerError.checkpoint` where it is not as promised, `.folder` where it cannot be read now.
    public func takeCheckpoint(_ name: String, from folder: String) throws(TrainerError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(SystemError) {
            let own = try OpenFolder("\(path)/\(folder)")
            bytes = try own.file(name).contents()
            try own.remove(name)
        } catch {
            guard error.isFaultOfWriter else { throw .folder(path: error.path, problem: error.reason) }
            throw .checkpoint(name: name, problem: "is missing or is no file")
        }
        guard !bytes.isEmpty else { throw .checkpoint(name: name, problem: "is empty") }
        return bytes
    }

    /// Another process may remove the folder before it is locked, as abandoned; then another is created.
    private static func create(in parent: String) throws(TrainerError) -> (String, FolderLock?) {
        for attempt in 1... {
            var template = Array("\(parent)/job-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                throw .folder(path: parent, problem: String(cString: strerror(errno)))
            }
            let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let lock = FolderLock(path)
            if (lock != nil || attempt > 2), Folder.exists(path) { return (path, lock) }
            if attempt > 4 { throw .folder(path: path, problem: "it was removed") }
        }
        preconditionFailure("the loop ends by itself")
    }

    // MARK: - What a killed process left

    private static let processFile = "process"

    /// Notes the process group of the program, for the case that this process is killed.
    func note(_ child: pid_t) {
        guard let start = ProcessStart(child) else { return }
        _ = try? write(Array("\(child) \(start.ticks)".utf8), to: Self.processFile)
    }

    private static func removeAbandoned(in parent: String) {
        for name in (try? Folder.names(in: parent)) ?? [] where name.hasPrefix("job-") {
            let path = "\(parent)/\(name)"
            guard let lock = FolderLock(path) else { continue }
            endProgram(of: path)
            withExtendedLifetime(lock) { try? Folder.remove(path) }
        }
    }

    /// Kills the process group of an abandoned job, unless its number belongs to another process now.
    private static func endProgram(of path: String) {
        guard let bytes = try? OpenFile(reading: "\(path)/\(processFile)").contents() else { return }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard parts.count == 2, let child = pid_t(parts[0]), child > 1, let start = ProcessStart(child),
            "\(start.ticks)" == parts[1]
        else { return }
        kill(-child, SIGKILL)
    }
}

extension SystemError {
    /// Whether a file is not what a program was asked to write, rather than that it cannot be read now.
    fileprivate var isFaultOfWriter: Bool { isNotRegular || [ENOENT, ENOTDIR, ELOOP, ENXIO].contains(code) }
}

/// When a process was started, in ticks since the system was.
struct ProcessStart: Hashable {
    let ticks: UInt64

    /// Nil for a process that does not exist.
    init?(_ process: pid_t) {
        guard let stream = fopen("/proc/\(process)/stat", "r") else { return nil }
        defer { fclose(stream) }
        var line = [CChar](repeating: 0, count: 4096)
        guard fgets(&line, Int32(line.count), stream) != nil else { return nil }
        let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        // The name of the program, in parentheses, may contain anything; the start is the twentieth field after it.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = UInt64(fields[19]) else { return nil }
        self.ticks = ticks
    }
}
