public import Domain
public import Postgres

/// What is known of one organ in one volume, as an export needs it.
public struct ExportLabel: Sendable, Hashable {
    public let organ: OrganKey
    public let status: LabelStatus
    public let origin: LabelOrigin
    /// Where an annotation is complete, in canonical voxels; nil: everywhere.
    public let extent: VoxelBox?
    public let confidence: Double?
    /// `run/number` of the round that made it.
    public let round: String?
    /// The dataset whose release says so; nil for a person's own word and for a run's labels.
    public let dataset: String?
    /// Nil where the organ is absent.
    public let mask: MaskLocation?

    /// The same, counted as another organ.
    public func counted(as organ: OrganKey) -> ExportLabel {
        ExportLabel(
            organ: organ, status: status, origin: origin, extent: extent, confidence: confidence, round: round,
            dataset: dataset, mask: mask)
    }
}

/// What was stated of a release's licence.
public struct LicenceRow: Sendable, Hashable {
    public let dataset: String
    public let release: String
    public let statement: LicenceStatement
}

extension LabelCatalog {
    /// What is known of a volume's organs as of a revision, by the organs' positions.
    ///
    /// - Parameters:
    ///   - datasets: the labels are chosen among the words of these datasets, persons' words and runs' labels, as if no other
    ///     dataset had said anything; empty: all datasets.
    ///   - run: takes this run's pseudo labels in the place of those of the catalogue's current run.
    public func exportLabels(
        volume: VolumeID, asOf revision: Revision, of datasets: [String] = [], run: String? = nil
    ) async throws -> [ExportLabel] {
        let labels = try await connection.run(ExportLabels(revision: revision, volume: volume, datasets: datasets))
        guard let run else { return labels }
        let others = labels.filter { $0.round == nil }
        let annotated = Set(others.filter { $0.status != .pseudo }.map(\.organ))
        let own = try await connection.run(ExportRunLabels(revision: revision, volume: volume, run: run))
            .filter { !annotated.contains($0.organ) }
        let replaced = Set(own.map(\.organ))
        return others.filter { !replaced.contains($0.organ) } + own
    }

    /// The datasets whose masks some masks are or were made of, and those that runs learned from, by name, with one way each.
    ///
    /// Behind a mask are its earlier versions, the masks that it was computed from and, of what a run predicted, the run; behind a
    /// run is what its snapshot comes of, other runs too.
    public func datasets(behind masks: [MaskID], runs: Set<String>) async throws -> [String: LicensedUse] {
        var found: [String: LicensedUse] = [:]
        var (open, seen) = (runs.sorted().map { ($0, LicensedUse.learned(run: $0)) }, runs)
        func take(_ maker: MaskMaker, _ use: LicensedUse) {
            switch maker {
            case .dataset(let name): if found[name] == nil { found[name] = use }
            case .run(let name): if seen.insert(name).inserted { open.append((name, use)) }
            }
        }
        for (maker, mask) in try await connection.run(MakersOfMasks(masks: masks)) { take(maker, .madeInto(mask)) }
        while let (run, use) = open.popLast() {
            for maker in try await connection.run(MakersOfRun(run: run)) { take(maker, use) }
        }
        return found
    }

    /// Every statement about every release's licence, by dataset.
    public func licences() async throws -> [LicenceRow] { try await connection.run(ListLicences()) }

    /// Records that masks left the house.
    ///
    /// - Parameter parameters: a JSON object: where to, what of, on which terms; no patient data.
    public func recordExport(_ masks: Set<MaskID>, parameters: JSONText) async throws -> ActivityID {
        try await connection.transaction { connection in
            let activity = try await startActivity(.export, parameters: parameters)
            try await connection.run(InsertExportMasks(activity: activity, masks: masks.sorted()))
            return activity
        }
    }
}
