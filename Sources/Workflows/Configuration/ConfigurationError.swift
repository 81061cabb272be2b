package import Domain

/// Why a configuration cannot be used: the file, the key, the problem and the remedy. Contains no patient data.
package struct ConfigurationError: Error, Hashable, Sendable {
    /// The file; nil for a configuration that is not from a file.
    package var file: String?
    /// The line of the key in the file, from 1.
    package var line: Int?
    /// The full name of the key or the section, such as `run.organs`; nil where the file as a whole cannot be used.
    package var key: String?
    /// A clause, which follows the key where there is one.
    package var problem: String
    package var remedy: String
    /// The values of the other keys that decide whether the key's value is allowed, by full name.
    private var others: [String: String] = [:]

    package init(file: String? = nil, key: String? = nil, problem: String, remedy: String) {
        (self.file, self.key, self.problem, self.remedy) = (file, key, problem, remedy)
    }

    /// The problem with the key.
    package var statement: String {
        guard let key else { return problem }
        return "\(key) \(problem)" + (line.map { " (line \($0))" } ?? "")
    }

    /// The same, of a file.
    func naming(_ source: ConfigurationSource) -> ConfigurationError {
        var error = self
        if let key, !source.contains(key), let written = others.keys.filter(source.contains).min() {
            error.key = written
            error.problem = "is \(others[written] ?? ""), and \(key), which is not set, \(problem)"
            error.remedy = "change \(written), or set \(key): \(remedy)"
        }
        error.file = source.file
        error.line = error.key.flatMap { source.line(of: $0) }
        return error
    }

    /// A file that cannot be read as a configuration.
    init(unreadable file: String, problem: String) {
        self.init(file: file, problem: problem, remedy: "give --config a readable YAML file")
    }

    /// The error of a section by the full name of its key.
    package init(_ error: SettingError, section: String) {
        switch error {
        case .unknown(let key, let known):
            let nearest = Spelling.nearest(to: key, among: known).map { "\(section).\($0)" }
            let offer = nearest.isEmpty ? "" : "did you mean \(nearest.joined(separator: ", "))? "
            self.init(
                key: "\(section).\(key)", problem: "is not a key",
                remedy: offer + "lacunad run --defaults lists all keys")
        case .missing(let key, let limits):
            self.init(key: "\(section).\(key)", problem: "is missing", remedy: "give \(limits)")
        case .invalid(let key, let value, let limits, let others):
            self.init(key: "\(section).\(key)", problem: "is \(value)", remedy: "give \(limits)")
            self.others = Dictionary(uniqueKeysWithValues: others.map { ("\(section).\($0)", $1) })
        }
    }
}
