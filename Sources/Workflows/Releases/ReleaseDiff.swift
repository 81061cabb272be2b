package import Catalog
package import Domain
internal import Imaging
internal import Numerics

/// Compares two releases of a dataset, case by case and organ by organ.
package struct ReleaseDiff: Sendable {
    package enum Change: String, CaseIterable, Sendable {
        case caseAdded = "case added"
        case caseRemoved = "case removed"
        /// The case has other voxels: it is another volume.
        case image = "image changed"
        case added, removed, status, origin, mask
        /// The same mask is complete in another box.
        case extent
        case same
    }

    /// A change of a case or of one organ of a case, or a label that did not change.
    package struct Row: Sendable {
        package let caseName: String
        /// Nil where the row is about the whole case.
        package internal(set) var organ: OrganKey?
        package let change: Change
        package internal(set) var before: ReleaseLabel?
        package internal(set) var after: ReleaseLabel?
        /// Only where both labels have a mask, of one shape.
        package internal(set) var comparison: Comparison?
    }

    /// Two masks compared in the region where both are known.
    package struct Comparison: Sendable {
        /// 0 to 1; nil where both masks are empty.
        package let dice: Double?
        package let changedVoxels: Int
        /// After minus before.
        package let differenceMillilitres: Double
        package let region: KnownRegion
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// The rows by case: those of the case first, then its organs in the order of the ontology.
    /// - Throws: `CatalogError.unknownDataset`, `.unknownRelease`, `ObjectStoreError`, or `WorkflowError` for a damaged mask.
    package func rows(of dataset: String, before: String, after: String) async throws -> [Row] {
        let catalog = workspace.catalog
        let cases = try await catalog.cases(of: dataset, before: before, after: after)
        let labels = try await catalog.labels(of: dataset, before: before, after: after)
        let byCase = Dictionary(grouping: labels, by: \.caseName)
        let masks = try await workspace.masks()
        let meter = workspace.progress.begin("diff", total: cases.count)
        defer { meter.finish() }
        var rows: [Row] = []
        for pair in cases {
            if let change = Self.change(pair) { rows.append(Row(caseName: pair.caseName, change: change)) }
            for label in byCase[pair.caseName] ?? [] { rows.append(try await row(label, masks)) }
            meter.advance()
        }
        return rows
    }

    private func row(_ pair: LabelPair, _ masks: MaskReader) async throws -> Row {
        var row = Row(
            caseName: pair.caseName, organ: pair.organ, change: Self.change(pair), before: pair.before,
            after: pair.after)
        if row.change != .same, let before = pair.before, let after = pair.after {
            row.comparison = try await compare(before, after, masks)
        }
        return row
    }

    private func compare(
        _ before: ReleaseLabel, _ after: ReleaseLabel, _ masks: MaskReader
    ) async throws -> Comparison? {
        guard let old = before.mask, let new = after.mask, before.shape == after.shape else { return nil }
        let (one, other) = (
            try await masks.read(old, shape: before.shape), try await masks.read(new, shape: after.shape)
        )
        let region = KnownRegion(before.shape, extent: before.extent, known: one.known)
            .intersection(KnownRegion(after.shape, extent: after.extent, known: other.known))
        let (first, second) = (region.restrict(one.foreground), region.restrict(other.foreground))
        let difference =
            Double(second.population) * after.voxelVolume - Double(first.population) * before.voxelVolume
        return Comparison(
            dice: Dice.coefficient(first, second),
            changedVoxels: first.symmetricDifferenceCount(second),
            differenceMillilitres: difference / 1000, region: region)
    }

    private static func change(_ pair: CasePair) -> Change? {
        switch (pair.before, pair.after) {
        case (nil, _): .caseAdded
        case (_, nil): .caseRemoved
        case (let before, let after): before == after ? nil : .image
        }
    }

    private static func change(_ pair: LabelPair) -> Change {
        guard let before = pair.before else { return .added }
        guard let after = pair.after else { return .removed }
        if before.status != after.status { return .status }
        if before.mask?.content != after.mask?.content { return .mask }
        if before.extent != after.extent { return .extent }
        return before.origin == after.origin ? .same : .origin
    }
}
