import Foundation
import FoundationNetworking
import TestSupport
import Testing

/// What a server answered.
struct HTTPAnswer {
    let status: Int
    let text: String

    static func get(_ url: String) async throws -> HTTPAnswer {
        let (data, response) = try await URLSession.shared.data(from: try #require(URL(string: url)))
        return HTTPAnswer(
            status: (response as? HTTPURLResponse)?.statusCode ?? 0, text: String(decoding: data, as: UTF8.self))
    }
}

extension RunningProgram {
    /// The address of the daemon's metrics, without the page; nil where it ends without one.
    func metricsAddress() async -> String? {
        guard await reports("/metrics\n") else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix("metrics on ") }
        return line.map { String($0.dropFirst("metrics on ".count).dropLast("/metrics".count)) }
    }

    /// As `metricsAddress`, of a daemon that logs.
    func loggedMetricsAddress() async -> String? {
        guard await reports("message=\"metrics served\" port=") else { return nil }
        let port = text.firstMatch(of: #/message="metrics served" port=([0-9]+)/#)?.output.1
        return port.map { "http://127.0.0.1:\($0)" }
    }
}
