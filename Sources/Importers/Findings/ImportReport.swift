/// How the import of one case ended.
public enum CaseOutcome: Hashable, Sendable {
    /// Imported, nothing to remark.
    case accepted
    /// Every file is the one already imported.
    case unchanged
    /// Imported, with something a person should know.
    case warned([ImportFinding])
    /// Sound, and yet not imported, since another case made a strict import fail.
    case unrecorded([ImportFinding])
    /// Labels without their image: recorded as waiting, and no volume.
    case waiting(ImportError)
    /// Held back: image and label may not belong together.
    case quarantined(ImportError)
    /// Not imported.
    case refused(ImportError)

    /// The outcome of an inspected case.
    public init(_ findings: [ImportFinding]) { self = findings.isEmpty ? .accepted : .warned(findings) }

    /// The outcome of a case that could not be inspected.
    public init(_ error: ImportError) {
        if case .waitsForImage = error {
            self = .waiting(error)
        } else {
            self = error.quarantines ? .quarantined(error) : .refused(error)
        }
    }

    public var word: Word {
        switch self {
        case .accepted: .accepted
        case .unchanged: .unchanged
        case .warned: .warned
        case .unrecorded: .unrecorded
        case .waiting: .waiting
        case .quarantined: .quarantined
        case .refused: .refused
        }
    }

    public enum Word: String, Hashable, Sendable, Codable, CaseIterable {
        case accepted, unchanged, warned, waiting, quarantined, refused, unrecorded
    }
}

/// One case of a report.
public struct CaseReport: Hashable, Sendable {
    public let name: String
    public let outcome: CaseOutcome

    public init(name: String, outcome: CaseOutcome) { (self.name, self.outcome) = (name, outcome) }
}

/// What an import did: its cases in the order in which they ended, and what holds for the dataset as a whole.
public struct ImportReport: Hashable, Sendable {
    public private(set) var cases: [CaseReport] = []
    public var findings: [ImportFinding] = []

    public init() {}

    public mutating func record(_ name: String, _ outcome: CaseOutcome) {
        cases.append(CaseReport(name: name, outcome: outcome))
    }

    /// Says of what was accepted that it is not imported after all.
    public mutating func takeBack() {
        cases = cases.map { report in
            switch report.outcome {
            case .accepted: CaseReport(name: report.name, outcome: .unrecorded([]))
            case .warned(let findings): CaseReport(name: report.name, outcome: .unrecorded(findings))
            default: report
            }
        }
    }

    public func count(_ word: CaseOutcome.Word) -> Int { cases.count { $0.outcome.word == word } }

    /// Cases that were held back or refused.
    public var failures: Int { count(.quarantined) + count(.refused) }
    /// Cases that are in the catalogue after the import.
    public var present: Int { cases.count - failures - count(.unrecorded) - count(.waiting) }

    /// One row a finding, and one row for each case without findings; ordered by case name.
    public var rows: [Row] {
        findings.map { Row(case: nil, outcome: .warned, finding: $0) }
            + cases.sorted { $0.name < $1.name }.flatMap(Self.rows)
    }

    /// A line of the report; `case` is nil for what concerns the whole dataset.
    public struct Row: Hashable, Sendable, Codable {
        public let `case`: String?
        public let outcome: CaseOutcome.Word
        public let file: String?
        public let problem: String?
        public let remedy: String?
    }

    private static func rows(of report: CaseReport) -> [Row] {
        switch report.outcome {
        case .accepted, .unchanged: [Row(case: report.name, outcome: report.outcome.word)]
        case .unrecorded([]): [Row(case: report.name, outcome: .unrecorded)]
        case .warned(let findings), .unrecorded(let findings):
            findings.map { Row(case: report.name, outcome: report.outcome.word, finding: $0) }
        case .waiting(let error), .quarantined(let error), .refused(let error):
            [
                Row(
                    case: report.name, outcome: report.outcome.word, file: error.file, problem: error.problem,
                    remedy: error.remedy)
            ]
        }
    }
}

extension ImportReport.Row {
    init(case name: String?, outcome: CaseOutcome.Word) {
        self.init(case: name, outcome: outcome, file: nil, problem: nil, remedy: nil)
    }

    init(case name: String?, outcome: CaseOutcome.Word, finding: ImportFinding) {
        self.init(case: name, outcome: outcome, file: finding.file, problem: finding.problem, remedy: finding.remedy)
    }
}
