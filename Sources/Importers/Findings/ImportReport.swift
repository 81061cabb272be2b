/// One case of a report.
public struct CaseReport: Hashable, Sendable {
    public let name: String
    public let outcome: CaseOutcome

    public init(name: String, outcome: CaseOutcome) { (self.name, self.outcome) = (name, outcome) }
}

/// The result of an import: its cases in the order in which they ended, and warnings about the dataset as a whole.
public struct ImportReport: Hashable, Sendable {
    public private(set) var cases: [CaseReport] = []
    public var findings: [ImportFinding] = []

    public init() {}

    public mutating func record(_ name: String, _ outcome: CaseOutcome) {
        cases.append(CaseReport(name: name, outcome: outcome))
    }

    /// Marks accepted cases as unrecorded, where another case made a strict import fail.
    public mutating func takeBack() {
        cases = cases.map { report in
            switch report.outcome {
            case .accepted: CaseReport(name: report.name, outcome: .unrecorded([]))
            case .warned(let findings): CaseReport(name: report.name, outcome: .unrecorded(findings))
            default: report
            }
        }
    }

    public func count(_ kind: CaseOutcome.Kind) -> Int { cases.count { $0.outcome.kind == kind } }

    /// Number of quarantined and refused cases.
    public var failures: Int { count(.quarantined) + count(.refused) }
    /// Number of cases in the catalogue after the import.
    public var present: Int { cases.count - failures - count(.unrecorded) - count(.waiting) }

    /// One row per finding, and one for each case without findings; dataset findings first, then ordered by case name.
    public var rows: [Row] {
        findings.map { Row(case: nil, outcome: .warned, finding: $0) }
            + cases.sorted { $0.name < $1.name }.flatMap(Self.rows)
    }

    /// A row of the report; `case` is nil for a finding about the dataset as a whole.
    public struct Row: Hashable, Sendable, Codable {
        public let `case`: String?
        public let outcome: CaseOutcome.Kind
        /// Of a finding; nil for an error, and for a case without findings.
        public let kind: ImportFinding.Kind?
        public let file: String?
        public let problem: String?
        public let remedy: String?
    }

    private static func rows(of report: CaseReport) -> [Row] {
        switch report.outcome {
        case .accepted, .unchanged: [Row(case: report.name, outcome: report.outcome.kind)]
        case .unrecorded([]): [Row(case: report.name, outcome: .unrecorded)]
        case .warned(let findings), .unrecorded(let findings):
            findings.map { Row(case: report.name, outcome: report.outcome.kind, finding: $0) }
        case .waiting(let error), .quarantined(let error), .refused(let error):
            [
                Row(
                    case: report.name, outcome: report.outcome.kind, kind: nil, file: error.file,
                    problem: error.problem, remedy: error.remedy)
            ]
        }
    }
}

extension ImportReport.Row {
    init(case name: String?, outcome: CaseOutcome.Kind) {
        self.init(case: name, outcome: outcome, kind: nil, file: nil, problem: nil, remedy: nil)
    }

    init(case name: String?, outcome: CaseOutcome.Kind, finding: ImportFinding) {
        self.init(
            case: name, outcome: outcome, kind: finding.kind, file: finding.file, problem: finding.problem,
            remedy: finding.remedy)
    }
}
