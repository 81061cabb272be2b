import TestSupport
import Testing

/// The refused cases of an import's JSON report.
struct RefusedCases {
    let files: [String]
    let problems: [String]

    init(_ ending: Ending) throws {
        let cases = try #require(try ending.object()["cases"] as? [[String: Any]])
        let refused = cases.filter { $0["outcome"] as? String == "refused" }
        files = refused.compactMap { $0["file"] as? String }
        problems = refused.compactMap { $0["problem"] as? String }
    }
}
