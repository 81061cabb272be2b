/// The errors found so far in a map.
final class MapProblems {
    private var all: Set<LineProblem> = []
    /// Whether a value has no valid meaning, so that the map may have none at all.
    var concernMeanings = false
    /// The key that gives a value, or a class file, its meaning, and its line.
    var given: [String: (key: String, line: Int)] = [:]

    var isEmpty: Bool { all.isEmpty }

    func add(_ error: ImportError) {
        if case .wrongLine(_, let line, let problem) = error { all.insert(LineProblem(line: line, problem: problem)) }
    }

    /// All of them; nil where there are none.
    func error(in file: String) -> ImportError? {
        let sorted = all.sorted()
        guard let first = sorted.first else { return nil }
        return sorted.count == 1
            ? .wrongLine(file: file, line: first.line, problem: first.problem) : .wrongLines(file: file, sorted)
    }
}
