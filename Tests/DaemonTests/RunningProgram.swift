import Foundation
import Synchronization
import TestSupport

/// How a program ended and what it wrote.
struct Ending: Sendable {
    /// Exit status; 128 + the signal's number for a program that a signal ended.
    let status: Int32
    let output: String
    let errors: String
    let duration: Duration
}

/// A running program. A thread of its own reads its standard error and waits for its end, so that tests await both as events.
final class RunningProgram: Sendable {
    private struct State {
        var errors = ""
        var ending: Ending?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    struct NotStarted: Error {
        let path: String
        let problem: String
    }

    let process: pid_t
    private let state = Mutex(State())

    /// A program that runs longer is killed.
    private static let deadline = Duration.seconds(180)

    /// Starts a program of this package in the folder `/`.
    init(_ name: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        let path = ChildProcess.built(name)
        guard let output = tmpfile() else { throw NotStarted(path: path, problem: "no scratch file") }
        guard let pipe = PrivatePipe() else { throw NotStarted(path: path, problem: "no pipe") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, fileno(output), 1)
        posix_spawn_file_actions_adddup2(&actions, pipe.writer, 2)
        let variables = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
        let words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { (text: String) in strdup(text) }
        let values: [UnsafeMutablePointer<CChar>?] = variables.map { (text: String) in strdup(text) }
        defer { for copy in words + values { free(copy) } }
        var child = pid_t()
        let status = posix_spawn(&child, path, &actions, nil, words + [nil], values + [nil])
        close(pipe.writer)
        guard status == 0 else {
            close(pipe.reader)
            throw NotStarted(path: path, problem: String(cString: strerror(status)))
        }
        process = child
        let (reader, file, start) = (pipe.reader, SendableFile(output), ContinuousClock.now)
        Thread.detachNewThread { self.follow(reader, file.handle, since: start) }
    }

    func signal(_ number: Int32) { kill(process, number) }

    /// Waits until the program prints `text` on standard error; false where it ends without.
    @discardableResult
    func reports(_ text: String) async -> Bool {
        await state { $0.errors.contains(text) || $0.ending != nil }
        return state.withLock { $0.errors.contains(text) }
    }

    func end() async -> Ending {
        await state { $0.ending != nil }
        guard let ending = state.withLock({ $0.ending }) else { fatalError("the wait was for the ending") }
        return ending
    }

    private func state(_ holds: (State) -> Bool) async {
        while true {
            let isThere = state.withLock { holds($0) }
            if isThere { return }
            await withCheckedContinuation { continuation in
                let isLate = state.withLock { state in
                    if holds(state) { return true }
                    state.waiting.append(continuation)
                    return false
                }
                if isLate { continuation.resume() }
            }
        }
    }

    // MARK: - On its own thread

    private func follow(_ reader: Int32, _ output: UnsafeMutablePointer<FILE>, since start: ContinuousClock.Instant) {
        var block = [UInt8](repeating: 0, count: 65536)
        while true {
            let left = Self.deadline - (ContinuousClock.now - start)
            var event = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            let ready = poll(&event, 1, Int32(max(0, left / .milliseconds(1))))
            if ready < 0 && errno == EINTR { continue }
            if ready == 0 {
                change { $0.errors += "\nkilled: it had not ended after \(Self.deadline)\n" }
                kill(process, SIGKILL)
            }
            let count = read(reader, &block, block.count)
            if count <= 0 { break }
            let text = String(decoding: block[..<count], as: UTF8.self)
            change { $0.errors += text }
        }
        close(reader)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        let exit = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
        let text = Self.text(of: output)
        change {
            $0.ending = Ending(
                status: exit, output: text, errors: $0.errors, duration: ContinuousClock.now - start)
        }
    }

    private func change(_ body: (inout State) -> Void) {
        let waiting = state.withLock { state in
            body(&state)
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private static func text(of file: UnsafeMutablePointer<FILE>) -> String {
        rewind(file)
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&block, 1, block.count, file), count > 0 { bytes += block[..<count] }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// `@unchecked Sendable`: handed to the reading thread once and used there alone.
private struct SendableFile: @unchecked Sendable {
    let handle: UnsafeMutablePointer<FILE>
    init(_ handle: UnsafeMutablePointer<FILE>) { self.handle = handle }
}
