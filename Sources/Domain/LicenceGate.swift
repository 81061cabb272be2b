/// What somebody means to do with an export.
public enum ExportPurpose: String, Hashable, Sendable, CaseIterable {
    case research, commercial
}

/// Why the labels of a dataset must not go into an export as they are, and what may be done.
public struct LicenceProblem: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        case noDerivatives, nonCommercial, unclear, conflict
    }

    public let dataset: String
    public let kind: Kind
    /// The statement that stands in the way; of a conflict one of those that differ.
    public let statement: LicenceStatement
    public let problem: String
    public let remedy: String
}

/// How a release's data come into an export.
public enum LicensedUse: Hashable, Sendable {
    /// Its own images or labels are taken.
    case own
    /// This mask of the export was made of its masks: a consensus, a correction, or a correction of what a run predicted.
    case madeInto(MaskID)
    /// The run of that name, whose labels are taken, learned from its labels.
    case learned(run: String)
}

/// What was stated of the licence of a dataset's release, the weightiest statement first.
public struct LicensedRelease: Hashable, Sendable {
    public let dataset: String
    public let release: String
    public let statements: [LicenceStatement]
    public let use: LicensedUse

    public init(dataset: String, release: String, statements: [LicenceStatement], use: LicensedUse = .own) {
        (self.dataset, self.release, self.statements, self.use) = (dataset, release, statements, use)
    }
}

/// Decides whether datasets may go into one export.
public struct LicenceGate: Hashable, Sendable {
    public let purpose: ExportPurpose
    /// Datasets whose terms somebody has accepted by name, having a permission or knowing which statement holds.
    public let accepted: Set<String>

    public init(purpose: ExportPurpose, accepted: Set<String> = []) {
        (self.purpose, self.accepted) = (purpose, accepted)
    }

    /// Everything that stands in the way, release by release; none where the export may be made.
    public func problems(_ releases: [LicensedRelease]) -> [LicenceProblem] {
        releases.filter { !accepted.contains($0.dataset) }.flatMap { problems(of: $0) }
    }

    /// The share-alike licences that the export falls under, each once, in the order of their texts.
    public static func shareAlike(_ releases: [LicensedRelease]) -> [String] {
        let texts = releases.flatMap(\.statements).map(\.text).filter { LicenceTerms($0).isShareAlike }
        return Set(texts).sorted()
    }

    /// What keeps the dataset out of the export.
    private func omission(of use: LicensedUse) -> String {
        switch use {
        case .own: "leave it out with --dataset"
        case .madeInto(let mask):
            "mask \(mask) was made of its masks (lacuna lineage \(mask) shows how): take that label back"
        case .learned(let run): "run \(run) learned from it: leave out --include-pseudo, or name another --run"
        }
    }

    private func problems(of release: LicensedRelease) -> [LicenceProblem] {
        let dataset = release.dataset
        // What was stated later does not contradict that nothing was found at first.
        let statements = release.statements.filter { !$0.isMissing }
        let permission = "\(omission(of: release.use)), or, with a permission, add --accept-licence '\(dataset)'"
        if Set(statements.map { LicenceTerms($0.text) }).count > 1 {
            return statements.map { statement in
                LicenceProblem(
                    dataset: dataset, kind: .conflict, statement: statement,
                    problem: "its sources state different licences",
                    remedy: "find out which holds, then add --accept-licence '\(dataset)'")
            }
        }
        let stated = statements.isEmpty ? [LicenceStatement(text: "not stated", source: "none found")] : statements
        return stated.flatMap { statement -> [LicenceProblem] in
            let terms = LicenceTerms(statement.text)
            var found: [LicenceProblem] = []
            func add(_ kind: LicenceProblem.Kind, _ problem: String, _ remedy: String) {
                found.append(
                    LicenceProblem(
                        dataset: dataset, kind: kind, statement: statement, problem: problem, remedy: remedy))
            }
            if terms.forbidsDerivatives {
                add(.noDerivatives, "it forbids derivatives, and an export is one", permission)
            }
            guard purpose == .commercial else { return found }
            switch terms.commerce {
            case .allowed: break
            case .forbidden: add(.nonCommercial, "it forbids commercial use", permission)
            case .unclear:
                add(.unclear, "it does not say that commercial use is allowed", permission)
            }
            return found
        }
    }
}
