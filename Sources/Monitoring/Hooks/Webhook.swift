internal import Foundation
internal import FoundationNetworking
internal import Synchronization

/// Posts the message to a server by HTTPS, or by HTTP within this machine.
public struct Webhook: Hook {
    public let name = "webhook"
    private let url: URL

    /// - Parameter text: `https://…`, or `http://` of a loopback address. It may contain a secret and is never logged.
    /// - Returns: nil for any other text.
    public init?(_ text: String) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty,
            scheme == "https" || scheme == "http" && Self.loopback.contains(host)
        else { return nil }
        self.url = url
    }

    private static let loopback: Set = ["localhost", "127.0.0.1", "::1", "[::1]"]

    public func deliver(_ message: [UInt8], within limit: Duration) async throws(HookFailure) {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.httpBody = Data(message)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        let status = try await Self.status(of: request, within: limit)
        guard (200..<300).contains(status) else { throw .refused(status) }
    }

    private static func status(of request: URLRequest, within limit: Duration) async throws(HookFailure) -> Int {
        let exchange = WebhookExchange()
        return try await withTaskGroup(of: Result<Int, HookFailure>.self) { tasks in
            tasks.addTask { await exchange.answer(to: request) }
            tasks.addTask {
                try? await Task.sleep(for: limit)
                return .failure(.timedOut)
            }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? .failure(.timedOut)
        }.get()
    }
}

/// One request, of which only the status is of interest: redirections are not followed, and no body is read.
private final class WebhookExchange: NSObject, URLSessionDataDelegate, Sendable {
    typealias Answer = Result<Int, HookFailure>

    private struct State {
        var answer: Answer?
        var waiting: CheckedContinuation<Answer, Never>?
    }

    private let state = Mutex(State())

    func answer(to request: URLRequest) async -> Answer {
        let session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: nil)
        let task = session.dataTask(with: request)
        task.resume()
        session.finishTasksAndInvalidate()
        return await withTaskCancellationHandler {
            await answer()
        } onCancel: {
            end(.failure(.timedOut))
            task.cancel()
        }
    }

    private func answer() async -> Answer {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state in
                if state.answer == nil { state.waiting = continuation }
                return state.answer
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// The first answer counts.
    private func end(_ answer: Answer) {
        let waiting = state.withLock { state in
            if state.answer != nil { return nil as CheckedContinuation<Answer, Never>? }
            state.answer = answer
            return state.waiting.take()
        }
        waiting?.resume(returning: answer)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        end(.success(response.statusCode))
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        if let response = response as? HTTPURLResponse { end(.success(response.statusCode)) }
        completionHandler(.cancel)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        end(.failure(.unreachable))
    }
}
