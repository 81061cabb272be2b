internal import Foundation
internal import Synchronization
internal import Testing

/// How a program ended and what it wrote.
public struct Ending: Sendable {
    /// Exit status; 128 + the signal's number for a program that a signal ended.
    public let status: Int32
    public let output: String
    public let errors: String
    public let duration: Duration

    /// The output as a JSON array of objects.
    public func rows() throws -> [[String: Any]] { try #require(try json() as? [[String: Any]]) }

    /// The output as a JSON object.
    public func object() throws -> [String: Any] { try #require(try json() as? [String: Any]) }

    private func json() throws -> Any { try JSONSerialization.jsonObject(with: Data(output.utf8)) }
}

/// A running program. A thread of its own reads its standard error and waits for its end, so that tests await both as events.
public final class RunningProgram: Sendable {
    private struct State {
        var errors = ""
        var ending: Ending?
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    /// The process id.
    public let process: Int32
    private let state = Mutex(State())

    /// Starts a program of this package, or another by its absolute path. Its environment is `environment` and `PATH`.
    ///
    /// - Parameters:
    ///   - folder: working folder; nil: that of the tests.
    ///   - limit: a program that runs longer is killed.
    /// - Throws: `ChildProcess.Failure` if the program cannot be started.
    public init(
        _ name: String, _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
        limit: Duration = .seconds(180)
    ) throws {
        let path = ChildProcess.built(name)
        guard let output = tmpfile() else { throw ChildProcess.Failure(path: path, problem: "no scratch file") }
        guard let pipe = PrivatePipe() else { throw ChildProcess.Failure(path: path, problem: "no pipe") }
        let started = Result {
            try ChildProcess.start(
                path, arguments, environment: environment, folder: folder, output: fileno(output), errors: pipe.writer)
        }
        close(pipe.writer)
        if case .failure = started {
            close(pipe.reader)
            fclose(output)
        }
        process = try started.get()
        let (reader, file, start) = (pipe.reader, SendableFile(output), ContinuousClock.now)
        Thread.detachNewThread { self.follow(reader, file.handle, since: start, limit) }
    }

    /// Sends a signal; none to a program that has ended.
    public func signal(_ number: Int32) { state.withLock { if $0.ending == nil { kill(process, number) } } }

    /// As Ctrl-C does.
    public func interrupt() { signal(SIGINT) }

    public var isRunning: Bool { state.withLock { $0.ending == nil } }

    /// Waits until the program prints `text` on standard error; false where it ends without.
    @discardableResult
    public func reports(_ text: String) async -> Bool {
        await state { $0.errors.contains(text) || $0.ending != nil }
        return state.withLock { $0.errors.contains(text) }
    }

    /// What it has printed on standard error so far.
    public var text: String { state.withLock { $0.errors } }

    public func end() async -> Ending {
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

    private func follow(
        _ reader: Int32, _ output: UnsafeMutablePointer<FILE>, since start: ContinuousClock.Instant, _ limit: Duration
    ) {
        var block = [UInt8](repeating: 0, count: 65536)
        while true {
            let left = limit - (ContinuousClock.now - start)
            var event = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            let ready = poll(&event, 1, Int32(max(0, left / .milliseconds(1))))
            if ready < 0 && errno == EINTR { continue }
            if ready == 0 {
                change { $0.errors += "\nkilled: it had not ended after \(limit)\n" }
                kill(process, SIGKILL)
            }
            let count = read(reader, &block, block.count)
            if count <= 0 { break }
            let text = String(decoding: block[..<count], as: UTF8.self)
            change { $0.errors += text }
        }
        close(reader)
        let status = ChildProcess.wait(for: process)
        let text = ChildProcess.text(of: output)
        fclose(output)
        change {
            $0.ending = Ending(
                status: status, output: text, errors: $0.errors, duration: ContinuousClock.now - start)
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
}

/// `@unchecked Sendable`: handed to the reading thread once and used there alone.
private struct SendableFile: @unchecked Sendable {
    let handle: UnsafeMutablePointer<FILE>
    init(_ handle: UnsafeMutablePointer<FILE>) { self.handle = handle }
}
