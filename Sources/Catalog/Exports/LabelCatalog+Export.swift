public import Domain
public import Postgres

/// The label of one organ in one volume, for an export.
public struct ExportLabel: Sendable, Hashable {
    public let organ: OrganKey
    public let status: LabelStatus
    public let origin: LabelOrigin
    /// Where an annotation is complete, in canonical voxels; nil: everywhere.
    public let extent: VoxelBox?
    public let confidence: Double?
    /// `run/number` of the round that made it.
    public let round: String?
    /// The dataset of the label; nil for labels of persons and runs.
    public let dataset: String?
    /// Nil where the organ is absent.
    public let mask: MaskLocation?

    /// The same label for another organ.
    public func counted(as organ: OrganKey) -> ExportLabel {
        ExportLabel(
            organ: organ, status: status, origin: origin, extent: extent, confidence: confidence, round: round,
            dataset: dataset, mask: mask)
    }
}

/// A statement about a release's licence.
public struct LicenceRow: Sendable, Hashable {
    public let dataset: String
    public let release: String
    public let statement: LicenceStatement
}

extension LabelCatalog {
    /// The labels of a volume's organs as of a revision, by the organs' positions.
    ///
    /// - Parameters:
    ///   - datasets: the labels are chosen among those of these datasets, of persons and of runs, as if no other dataset had been
    ///     imported; empty: all datasets.
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

    /// The datasets that some masks are of or were derived from, and those that runs were trained on, by name, each with one path.
    ///
    /// A mask is derived from its earlier versions, from the masks that it was computed from and, if a run predicted it, from the run;
    /// a run is derived from the masks of its snapshot, and through them from other runs.
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

    /// All statements about the licences of releases, by dataset.
    public func licences() async throws -> [LicenceRow] { try await connection.run(ListLicences()) }

    /// Records an export of masks.
    ///
    /// - Parameter parameters: a JSON object with `format`, `output` and `datasets` (names), which are recorded in columns, and what
    ///   else describes the export; no patient data.
    /// - Throws: SQLSTATE 23502 without `format` or `output`.
    public func recordExport(_ masks: Set<MaskID>, parameters: JSONText) async throws -> ActivityID {
        try await connection.transaction { connection in
            let activity = try await startActivity(.export, parameters: parameters)
            try await connection.run(InsertExportMasks(activity: activity, masks: masks.sorted()))
            return activity
        }
    }
}
