import Foundation
import Glibc
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Monitoring

@Suite struct HookTests {
    private static let time = WallTime(millisecondsSince1970: 0)

    private var event: HookEvent {
        var event = HookEvent(.roundPublished, run: "r")
        (event.round, event.revision, event.labels, event.organs) = (0, 14, 3, ["liver": 1, "spleen": 2])
        return event
    }

    @Test func theMessageIsJSON() {
        #expect(
            String(decoding: event.json(at: Self.time), as: UTF8.self)
                == #"{"event":"round-published","labels":3,"organs":{"liver":1,"spleen":2},"revision":14,"round":0,"run":"r","#
                + #""time":"1970-01-01T00:00:00.000Z"}"# + "\n")
    }

    @Test func aCommandReadsTheMessage() async throws {
        let file = TemporaryFolder.make("hook") + "/received"
        let hook = CommandHook(["/bin/sh", "-c", "cat >\"$1\"", "hook", file])
        let message = event.json(at: Self.time)
        try await hook.deliver(message, within: .seconds(60))
        #expect(try Data(contentsOf: URL(filePath: file)) == Data(message))
    }

    @Test func noShellReadsTheArguments() async throws {
        let folder = TemporaryFolder.make("hook")
        try await CommandHook(["/usr/bin/touch", "\(folder)/$(id) ; x"]).deliver([], within: .seconds(60))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["$(id) ; x"])
    }

    @Test func failuresOfACommandAreNamed() async throws {
        await #expect(throws: HookFailure.exited(3)) {
            try await CommandHook(["/bin/sh", "-c", "exit 3"]).deliver([], within: .seconds(60))
        }
        await #expect(throws: HookFailure.exited(128 + SIGTERM)) {
            try await CommandHook(["/bin/sh", "-c", "kill -TERM $$"]).deliver([], within: .seconds(60))
        }
        await #expect(throws: HookFailure.notStarted(ENOENT)) {
            try await CommandHook(["/nonexistent"]).deliver([], within: .seconds(60))
        }
        await #expect(throws: HookFailure.messageTooLarge) {
            try await CommandHook(["/bin/true"]).deliver([UInt8](repeating: 1, count: 70_000), within: .seconds(60))
        }
    }

    @Test func aCommandThatHangsIsEndedWithItsChildren() async throws {
        let file = TemporaryFolder.make("hook") + "/child"
        let hook = CommandHook(["/bin/sh", "-c", "sleep 600 & echo $! >\"$1\"; wait", "hook", file])
        await #expect(throws: HookFailure.timedOut) { try await hook.deliver([], within: .seconds(2)) }
        let child = try #require(
            pid_t(try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)))
        try await awaits("the end of the child") {
            let state = (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8))?.split(separator: " ")
            return state.map { $0.count < 3 || $0[2] == "Z" } ?? true
        }
    }

    @Test func aWebhookIsPosted() async throws {
        let listener = try Listener(answering: "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        defer { listener.end() }
        let hook = try #require(Webhook("http://127.0.0.1:\(listener.port)/hooks/token?x=1"))
        let message = event.json(at: Self.time)
        try await hook.deliver(message, within: .seconds(60))
        let request = try #require(listener.requests.first)
        #expect(request.hasPrefix("POST /hooks/token?x=1 HTTP/1.1\r\n"))
        #expect(request.contains("Content-Type: application/json\r\n"))
        #expect(request.hasSuffix("\r\n\r\n" + String(decoding: message, as: UTF8.self)))
    }

    @Test func failuresOfAWebhookAreNamed() async throws {
        let answers: [(String?, HookFailure)] = [
            ("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", .refused(500)),
            ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", .refused(302)),
            ("nonsense", .unreachable), (nil, .timedOut),
        ]
        for (answer, failure) in answers {
            let listener = try Listener(answering: answer)
            let hook = try #require(Webhook("http://localhost:\(listener.port)/"))
            await #expect(throws: failure, "\(answer ?? "no answer")") {
                try await hook.deliver([1], within: .seconds(failure == .timedOut ? 1 : 60))
            }
            #expect(listener.requests.count == 1, "a redirection is not followed")
            listener.end()
        }
        await #expect(throws: HookFailure.unreachable) {
            try await #require(Webhook("http://127.0.0.1:1/")).deliver([1], within: .seconds(60))
        }
    }

    @Test func webhooksAreEncryptedOutsideOfTheMachine() {
        for text in ["https://example.org/x", "http://localhost/", "http://127.0.0.1:8080", "http://[::1]:80/"] {
            #expect(Webhook(text) != nil, "\(text)")
        }
        for text in ["http://example.org/", "ftp://localhost/", "file:///etc/passwd", "https://", "localhost", ""] {
            #expect(Webhook(text) == nil, "\(text)")
        }
    }

    // MARK: - The queue

    /// Notes what it delivers; the first delivery waits until it is let go.
    private final class Notebook: Hook {
        let name = "notebook"
        let lines = Mutex<[String]>([])
        private let gate: AsyncStream<Void>
        private let opener: AsyncStream<Void>.Continuation

        init(isOpen: Bool = true) {
            (gate, opener) = AsyncStream.makeStream()
            if isOpen { open() }
        }

        func open() { opener.finish() }

        func deliver(_ message: [UInt8], within limit: Duration) async throws(HookFailure) {
            for await _ in gate {}
            lines.withLock { $0.append(String(decoding: message, as: UTF8.self)) }
        }
    }

    private func finished(_ number: Int) -> HookEvent {
        var event = HookEvent(.runFinished, run: "r")
        event.round = number
        return event
    }

    @Test func eventsAreDeliveredInOrderAndBeforeTheEnd() async throws {
        let notebook = Notebook()
        let queue = HookQueue([notebook], limit: .seconds(60), logger: silentLogger) { Self.time }
        for number in 0..<20 { queue.post(finished(number)) }
        try await withServices(queue) {}
        #expect(
            notebook.lines.withLock { $0 }
                == (0..<20).map { String(decoding: finished($0).json(at: Self.time), as: UTF8.self) })
    }

    @Test func aFailureIsLoggedAndDoesNotEndTheQueue() async throws {
        let (notebook, pipe) = (Notebook(), try #require(PrivatePipe()))
        let stream = LogStream(descriptor: pipe.writer, isJournal: true)
        let logger = Logger(label: "tests") { _ in LineLogHandler(stream, format: .logfmt, level: .info) }
        let queue = HookQueue([CommandHook(["/bin/false"]), notebook], limit: .seconds(60), logger: logger)
        queue.post(finished(0))
        try await withServices(queue) {}
        close(pipe.writer)
        var block = [UInt8](repeating: 0, count: 4096)
        let text = String(decoding: block[..<max(0, read(pipe.reader, &block, block.count))], as: UTF8.self)
        close(pipe.reader)
        #expect(
            text
                == "<3>level=error message=\"notification failed\" event=run-finished hook=command reason=\"exit status 1\"\n"
        )
        #expect(notebook.lines.withLock { $0.count } == 1)
    }

    /// Whoever sends an event never waits, whatever a hook does.
    @Test func aFullQueueDropsEvents() async throws {
        let notebook = Notebook(isOpen: false)
        let queue = HookQueue([notebook], limit: .seconds(60), logger: silentLogger)
        for number in 0..<1000 { queue.post(finished(number)) }
        notebook.open()
        try await withServices(queue) {}
        #expect(notebook.lines.withLock { $0.count } == 256)
    }

    @Test func theShutdownHasATimeLimit() async throws {
        let queue = HookQueue(
            [CommandHook(["/bin/sleep", "600"])], limit: .seconds(600), drainTime: .milliseconds(300),
            logger: silentLogger)
        let start = ContinuousClock.now
        for number in 0..<5 { queue.post(finished(number)) }
        try await withServices(queue) {}
        #expect(ContinuousClock.now - start < .seconds(500))
    }
}
