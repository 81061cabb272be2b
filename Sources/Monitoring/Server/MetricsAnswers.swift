internal import NIOHTTP1

/// What the server answers to a request.
struct MetricsAnswers: Sendable {
    let registry: MetricRegistry
    let health: Health

    struct Answer {
        let status: HTTPResponseStatus
        let mediaType: String
        let text: String
        var allow: String?
    }

    /// - Parameter target: of the request line, with the query.
    func answer(_ method: HTTPMethod, _ target: String) -> Answer {
        let path = target.prefix { $0 != "?" }
        guard path == "/metrics" || path == "/healthz" else {
            return .plain(.notFound, "Not found. The pages are /metrics and /healthz.\n")
        }
        guard method == .GET || method == .HEAD else {
            var answer = Answer.plain(.methodNotAllowed, "Only GET and HEAD are allowed.\n")
            answer.allow = "GET, HEAD"
            return answer
        }
        if path == "/metrics" { return Answer(status: .ok, mediaType: MetricText.mediaType, text: registry.text()) }
        let problems = health.problems
        return Answer(
            status: problems.isEmpty ? .ok : .serviceUnavailable, mediaType: "application/json",
            text: HealthReport(problems).json)
    }
}

extension MetricsAnswers.Answer {
    static func plain(_ status: HTTPResponseStatus, _ text: String) -> Self {
        Self(status: status, mediaType: "text/plain; charset=utf-8", text: text)
    }
}
