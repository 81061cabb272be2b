internal import Catalog
internal import Console
internal import Domain
internal import Imaging
internal import Numerics
internal import Workflows

/// What became of a dataset's cases and labels from one release to another.
struct ReleaseDiff {
    enum Change: String, CaseIterable {
        case caseAdded = "case added"
        case caseGone = "case gone"
        /// The case's voxels are others: it is another volume.
        case image = "image changed"
        case added, gone, status, origin, mask
        /// The same mask is complete in another box.
        case extent
        case same

        /// Of a case or of a label, behind a number.
        fileprivate var words: String {
            switch self {
            case .caseAdded, .added: "added"
            case .caseGone, .gone: "gone"
            case .image: "with another image"
            case .status: "of another status"
            case .origin: "of another origin"
            case .mask: "with another mask"
            case .extent: "complete elsewhere"
            case .same: "the same"
            }
        }
    }

    /// `Cases: 1 added. Labels: 2 gone, 40 the same.`
    static func summary(of rows: [Row]) -> String {
        let kinds: [(String, [Change])] = [
            ("Cases", [.caseAdded, .caseGone, .image]),
            ("Labels", [.added, .gone, .status, .origin, .mask, .extent, .same]),
        ]
        return kinds.compactMap { name, changes in
            let counts = changes.map { change in (change, rows.count { $0.change == change }) }.filter { $0.1 > 0 }
            if counts.isEmpty { return nil }
            return "\(name): " + counts.map { "\($0.1) \($0.0.words)" }.joined(separator: ", ") + "."
        }.joined(separator: " ")
    }

    struct Row {
        let caseName: String
        /// Nil for what concerns the whole case.
        var organ: OrganKey?
        let change: Change
        var before: ReleaseLabel?
        var after: ReleaseLabel?
        /// Only where both have a mask, on grids of one shape; in the region where both are known.
        var dice: Double?
        var changedVoxels: Int?
        /// After less before.
        var differenceMillilitres: Double?
        var compared: KnownRegion?
    }

    let session: Session
    let dataset: String
    let before: String
    let after: String

    /// By case: what concerns the case first, then the organs in the order of the ontology.
    func rows() async throws -> [Row] {
        let cases = try await session.catalog.cases(of: dataset, before: before, after: after)
        let labels = try await session.catalog.labels(of: dataset, before: before, after: after)
        let byCase = Dictionary(grouping: labels, by: \.caseName)
        let reader = try await session.workspace.masks()
        let bar = session.output.progress("diff", total: cases.count)
        defer { bar.finish() }
        var rows: [Row] = []
        for pair in cases {
            if let change = Self.change(pair) { rows.append(Row(caseName: pair.caseName, change: change)) }
            for label in byCase[pair.caseName] ?? [] { rows.append(try await row(label, reader)) }
            bar.advance()
        }
        return rows
    }

    private static func change(_ pair: CasePair) -> Change? {
        switch (pair.before, pair.after) {
        case (nil, _): .caseAdded
        case (_, nil): .caseGone
        case (let before, let after): before == after ? nil : .image
        }
    }

    private func row(_ pair: LabelPair, _ reader: MaskReader) async throws -> Row {
        var row = Row(
            caseName: pair.caseName, organ: pair.organ, change: Self.change(pair), before: pair.before,
            after: pair.after)
        guard row.change != .same, let a = pair.before, let b = pair.after, let one = a.mask, let other = b.mask,
            a.shape == b.shape
        else { return row }
        let before = try await reader.read(one, LabelLimits(extent: a.extent), shape: a.shape)
        let after = try await reader.read(other, LabelLimits(extent: b.extent), shape: b.shape)
        let region = before.region.intersection(after.region)
        let (first, second) = (region.restrict(before.foreground), region.restrict(after.foreground))
        row.compared = region
        row.dice = Dice.coefficient(first, second)
        row.changedVoxels = zip(first.words, second.words).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        row.differenceMillilitres =
            (Double(second.population) * b.voxelVolume - Double(first.population) * a.voxelVolume) / 1000
        return row
    }

    private static func change(_ pair: LabelPair) -> Change {
        guard let before = pair.before else { return .added }
        guard let after = pair.after else { return .gone }
        if before.status != after.status { return .status }
        if before.mask?.content != after.mask?.content { return .mask }
        if before.extent != after.extent { return .extent }
        return before.origin == after.origin ? .same : .origin
    }
}

extension ReleaseDiff.Row {
    /// - Parameter isPartial: whether some masks were compared in a part of their volume.
    static func columns(isPartial: Bool) -> [Column<ReleaseDiff.Row>] {
        [
            Column("case") { $0.caseName }, Column("organ") { $0.organ?.rawValue },
            Column("change") { $0.change.rawValue }, Column("before") { $0.before?.status.rawValue },
            Column("after") { $0.after?.status.rawValue },
            Column("beforeOrigin", isShown: false) { $0.before?.origin.rawValue },
            Column("afterOrigin", isShown: false) { $0.after?.origin.rawValue },
            Column("beforeMask", isShown: false) { $0.before?.mask?.mask.rawValue },
            Column("afterMask", isShown: false) { $0.after?.mask?.mask.rawValue }, Column("dice") { $0.dice },
            Column("changedVoxels", title: "changed voxels") { $0.changedVoxels },
            Column("differenceMillilitres", title: "difference ml") { $0.differenceMillilitres },
            Column("comparedVoxels", title: "compared voxels", isShown: isPartial) { $0.compared?.count },
            Column("comparedShare", title: "of volume", isShown: isPartial) { $0.compared?.share },
        ]
    }
}
