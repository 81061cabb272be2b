internal import Glibc
internal import System

/// Runs an outside program for one job, and follows its progress. It never outlives the call; `docs/outside-trainers.md` is its contract.
public struct TrainerProcess: Sendable {
    public enum Ending: Hashable, Sendable {
        /// With exit status 0.
        case done
        /// It was asked to stop; killed where it did not within its grace.
        case stopped(isKilled: Bool)
    }

    /// Whether the kernel can keep programs from writing, truncating, creating and removing files outside of their folders.
    public static var isRestricted: Bool { ChildProgram.canRestrictFully }

    private let command: TrainerCommand
    private let folder: JobFolder

    public init(_ command: TrainerCommand, in folder: JobFolder) { (self.command, self.folder) = (command, folder) }

    /// Blocks until the program has ended, and with it its process group.
    ///
    /// - Parameters:
    ///   - isStopping: asked many times a second. Once it is true, the program gets SIGTERM, and after its grace SIGKILL.
    ///   - progress: called with each line of progress. An error ends the program and is thrown.
    /// - Throws: `TrainerError`, and the errors of `progress`.
    public func run(
        _ job: TrainerJob, isStopping: () -> Bool, progress: (TrainerProgress) throws -> Void
    ) throws -> Ending {
        let pipe = "\(folder.path)/progress"
        let file = try folder.write(Array(try job.json().utf8), to: "job.json")
        var output = try ProgressPipe(pipe)
        let child = try start(file, output: pipe, errors: "\(folder.path)/\(Self.errors)")
        defer { Unfinished.forget(processGroup: child.process) }
        folder.note(child.process)
        var course = Course(silence: command.silence, grace: command.grace)
        while true {
            for line in output.lines() { course.take(line, progress) }
            if let ending = child.poll() {
                for line in output.lines(isEnd: true) { course.take(line, progress) }
                return try course.result(of: ending) { lastError ?? course.lastMessage }
            }
            switch course.due(isStopping: isStopping()) {
            case .nothing: break
            case .end: child.signal(SIGTERM)
            case .kill: child.signal(SIGKILL)
            }
            limitErrors()
            if output.isEmpty { usleep(20_000) }
        }
    }

    private func start(_ file: String, output: String, errors: String) throws(TrainerError) -> ChildProgram {
        let word = command.words[0]
        let path = command.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        guard let program = Self.find(word, path) else {
            throw .notStarted(program: word, problem: "there is no such program")
        }
        let scratch = try folder.makeFolder("tmp")
        let own = ["PATH": path, "HOME": folder.path, "TMPDIR": scratch, "LACUNA_JOB": file]
        do {
            return try ChildProgram(
                .init(
                    program: program, words: command.words, environment: command.environment.merging(own) { $1 },
                    folder: folder.path, output: output, errors: errors, writable: [folder.path] + command.writable))
        } catch {
            throw .notStarted(program: word, problem: error.reason)
        }
    }

    /// The path of a program; nil where there is none that can be run.
    static func find(_ word: String, _ path: String) -> String? {
        let candidates = word.hasPrefix("/") ? [word] : path.split(separator: ":").map { "\($0)/\(word)" }
        return candidates.first { access($0, X_OK) == 0 && Folder.kind(of: $0) == .file }
    }

    // MARK: - Standard error

    private static let longestErrors = 16 << 20
    private static let tail = 4096

    private static let errors = "errors.txt"

    /// Empties the file of the messages where it has grown large. The program appends, and goes on at the new end.
    private func limitErrors() { try? OpenFolder(folder.path).empty(Self.errors, above: Self.longestErrors) }

    /// The last line of the messages.
    private var lastError: String? {
        guard let file = try? OpenFolder(folder.path).file(Self.errors), let size = try? file.size(),
            let bytes = try? file.bytes(at: max(0, size - Self.tail), count: min(size, Self.tail))
        else { return nil }
        return TrainerText.lastLine(String(decoding: bytes, as: UTF8.self))
    }
}

/// How far a program is, and why it is ended.
private struct Course {
    let silence: Double
    let grace: Double
    private(set) var lastMessage: String?
    private var heard = ContinuousClock.now
    private var isAsked = false
    private var failure: (any Error)?
    /// When it is killed; nil: it has not been asked to end.
    private var deadline: ContinuousClock.Instant?
    private var isKilled = false

    enum Due { case nothing, end, kill }

    init(silence: Double, grace: Double) { (self.silence, self.grace) = (silence, grace) }

    /// What it says after a failure no longer counts.
    mutating func take(_ line: String, _ progress: (TrainerProgress) throws -> Void) {
        guard failure == nil else { return }
        guard TrainerProgress.isProgress(line) else {
            lastMessage = TrainerText.lastLine(line) ?? lastMessage
            return
        }
        heard = .now
        do {
            try progress(try TrainerProgress(line: line))
        } catch {
            // What a program does wrong while it ends on request does not undo what it did before.
            if !isAsked { failure = error }
        }
    }

    mutating func due(isStopping: Bool) -> Due {
        if isKilled { return .nothing }
        if let deadline {
            guard ContinuousClock.now > deadline else { return .nothing }
            isKilled = true
            return .kill
        }
        if failure == nil, !isStopping, ContinuousClock.now - heard > .seconds(silence) {
            failure = TrainerError.silent(seconds: silence)
        }
        guard failure != nil || isStopping else { return .nothing }
        isAsked = true
        deadline = .now + .seconds(grace)
        return .end
    }

    /// - Throws: why it failed. A program that was asked to stop may end in any way.
    func result(of ending: ChildProgram.Ending, reason: () -> String?) throws -> TrainerProcess.Ending {
        if let failure { throw failure }
        if isAsked { return .stopped(isKilled: isKilled) }
        switch ending {
        case .exited(0): return .done
        case .exited(75): throw TrainerError.busy(reason: reason() ?? "it gives no reason")
        case .exited(let status): throw TrainerError.failed(status: status, reason: reason() ?? "it gives no reason")
        case .signalled(let number): throw TrainerError.killed(signal: number)
        }
    }
}

/// The reading end of a pipe in the file system, from which a program's standard output comes. A program whose lacunad was killed gets
/// SIGPIPE with its next line.
private struct ProgressPipe: ~Copyable {
    private let descriptor: Int32
    private var rest: [UInt8] = []
    /// Whether nothing was there when it was read last.
    private(set) var isEmpty = true
    private static let longestLine = 64 << 10

    init(_ path: String) throws(TrainerError) { descriptor = try Self.open(path) }

    private static func open(_ path: String) throws(TrainerError) -> Int32 {
        let isMade = mkfifo(path, 0o600) == 0
        let descriptor = isMade ? Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1
        guard descriptor >= 0 else { throw .folder(path: path, problem: String(cString: strerror(errno))) }
        return descriptor
    }

    deinit { close(descriptor) }

    /// The lines that are complete, at most some thousand at once.
    ///
    /// - Parameter isEnd: whether the last line counts without an end.
    mutating func lines(isEnd: Bool = false) -> [String] {
        var block = [UInt8](repeating: 0, count: 64 << 10)
        isEmpty = true
        for _ in 0..<16 {
            let count = read(descriptor, &block, block.count)
            guard count > 0 else { break }
            isEmpty = false
            rest += block[..<count]
        }
        var (lines, start) = ([String](), rest.startIndex)
        while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: rest[start..<end], as: UTF8.self))
            start = end + 1
        }
        rest.removeSubrange(..<start)
        if isEnd || rest.count > Self.longestLine, !rest.isEmpty {
            lines.append(String(decoding: rest, as: UTF8.self))
            rest = []
        }
        return lines
    }
}
