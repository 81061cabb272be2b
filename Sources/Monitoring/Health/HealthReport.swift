internal import Foundation

/// The answer to a question for the health of the program.
struct HealthReport: Encodable {
    /// `well` or `failing`.
    let status: String
    /// Reasons by part.
    let problems: [String: String]

    init(_ problems: [Health.Problem]) {
        status = problems.isEmpty ? "well" : "failing"
        self.problems = Dictionary(uniqueKeysWithValues: problems.map { ($0.part.rawValue, $0.reason) })
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // Texts are always encodable.
        return ((try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}") + "\n"
    }
}
