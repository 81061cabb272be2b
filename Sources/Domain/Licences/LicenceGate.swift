/// The purpose of an export.
public enum ExportPurpose: String, Hashable, Sendable, CaseIterable {
    case research, commercial
}

/// A reason why the labels of a dataset must not be exported, with a remedy.
public struct LicenceProblem: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case noDerivatives, nonCommercial, unclear, conflict
    }

    public let dataset: String
    public let kind: Kind
    /// The statement concerned; for a conflict, one of the statements that differ.
    public let statement: LicenceStatement
    public let problem: String
    public let remedy: String
}

/// How a release's data are used in an export.
public enum LicensedUse: Hashable, Sendable {
    /// Its own images or labels are exported.
    case own
    /// An exported mask was derived from its masks: a consensus, a correction, or a correction of a run's prediction.
    case madeInto(MaskID)
    /// The run of that name, whose labels are exported, was trained on its labels.
    case learned(run: String)
}

/// The licence statements of a dataset's release, the most significant first.
public struct LicensedRelease: Hashable, Sendable {
    public let dataset: String
    public let release: String
    public let statements: [LicenceStatement]
    public let use: LicensedUse

    public init(dataset: String, release: String, statements: [LicenceStatement], use: LicensedUse = .own) {
        (self.dataset, self.release, self.statements, self.use) = (dataset, release, statements, use)
    }
}

/// Decides whether releases may be exported together.
public struct LicenceGate: Hashable, Sendable {
    public let purpose: ExportPurpose
    /// Names of datasets whose terms the user has accepted.
    public let accepted: Set<String>

    public init(purpose: ExportPurpose, accepted: Set<String> = []) {
        (self.purpose, self.accepted) = (purpose, accepted)
    }

    /// The problems of all releases; none where the export is allowed.
    public func problems(_ releases: [LicensedRelease]) -> [LicenceProblem] {
        releases.filter { !accepted.contains($0.dataset) }.flatMap { problems(of: $0) }
    }

    /// The share-alike licences that apply to the export, each once, sorted by text.
    public static func shareAlike(_ releases: [LicensedRelease]) -> [String] {
        let texts = releases.flatMap(\.statements).map(\.text).filter { LicenceTerms($0).isShareAlike }
        return Set(texts).sorted()
    }

    /// How the user can omit the dataset from the export.
    private func omission(of use: LicensedUse) -> String {
        switch use {
        case .own: "omit it with --dataset"
        case .madeInto(let mask):
            "mask \(mask) was derived from its masks (lacuna lineage \(mask) shows how): roll that label back"
        case .learned(let run): "run \(run) was trained on it: omit --include-pseudo, or name another --run"
        }
    }

    private func problems(of release: LicensedRelease) -> [LicenceProblem] {
        // A statement does not conflict with an earlier import that found none.
        let statements = release.statements.filter { !$0.isMissing }
        if Set(statements.map { LicenceTerms($0.text) }).count > 1 {
            return statements.map { statement in
                LicenceProblem(
                    dataset: release.dataset, kind: .conflict, statement: statement,
                    problem: "its sources state different licences",
                    remedy: "find out which one applies, then add --accept-licence '\(release.dataset)'")
            }
        }
        let stated = statements.isEmpty ? [LicenceStatement(text: "not stated", source: "none found")] : statements
        return stated.flatMap { problems(of: $0, in: release) }
    }

    private func problems(of statement: LicenceStatement, in release: LicensedRelease) -> [LicenceProblem] {
        let remedy =
            "\(omission(of: release.use)); or, if you have permission, add --accept-licence '\(release.dataset)'"
        func found(_ kind: LicenceProblem.Kind, _ problem: String) -> LicenceProblem {
            LicenceProblem(
                dataset: release.dataset, kind: kind, statement: statement, problem: problem, remedy: remedy)
        }
        let terms = LicenceTerms(statement.text)
        var problems: [LicenceProblem] = []
        if terms.forbidsDerivatives {
            problems.append(found(.noDerivatives, "it forbids derivatives, and an export is a derivative"))
        }
        guard purpose == .commercial else { return problems }
        switch terms.commerce {
        case .allowed: break
        case .forbidden: problems.append(found(.nonCommercial, "it forbids commercial use"))
        case .unclear: problems.append(found(.unclear, "it does not state that commercial use is allowed"))
        }
        return problems
    }
}
