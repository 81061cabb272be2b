internal import Catalog
internal import Domain
package import Workflows

extension ReleaseDiff.Row {
    /// - Parameter isPartial: whether some masks were compared in a part of their volume.
    package static func columns(isPartial: Bool) -> [Column<ReleaseDiff.Row>] {
        [
            Column("case") { $0.caseName }, Column("organ") { $0.organ?.rawValue },
            Column("change") { $0.change.rawValue }, Column("before") { $0.before?.status.rawValue },
            Column("after") { $0.after?.status.rawValue },
            Column("beforeOrigin", in: .wideOnly) { $0.before?.origin.rawValue },
            Column("afterOrigin", in: .wideOnly) { $0.after?.origin.rawValue },
            Column("beforeMask", in: .wideOnly) { $0.before?.mask?.mask.rawValue },
            Column("afterMask", in: .wideOnly) { $0.after?.mask?.mask.rawValue },
            Column("dice") { $0.comparison?.dice },
            Column("changedVoxels", in: .whereItFits()) { $0.comparison?.changedVoxels },
            Column("differenceMillilitres", title: "difference ml") { $0.comparison?.differenceMillilitres },
            Column("comparedVoxels", in: isPartial ? .always : .wideOnly) { $0.comparison?.region.count },
            Column("comparedShare", title: "of volume", in: isPartial ? .always : .wideOnly) {
                $0.comparison?.region.share
            },
        ]
    }

    /// `Cases: 1 added. Labels: 2 removed, 40 unchanged.`
    package static func summary(of rows: [ReleaseDiff.Row]) -> String {
        let kinds: [(String, [ReleaseDiff.Change])] = [
            ("Cases", [.caseAdded, .caseRemoved, .image]),
            ("Labels", [.added, .removed, .status, .origin, .mask, .extent, .same]),
        ]
        return kinds.compactMap { name, changes in
            let counts = changes.map { change in (change, rows.count { $0.change == change }) }.filter { $0.1 > 0 }
            if counts.isEmpty { return nil }
            return "\(name): " + counts.map { "\($0.1) \($0.0.phrase)" }.joined(separator: ", ") + "."
        }.joined(separator: " ")
    }
}

extension ReleaseDiff.Change {
    /// Follows a number of cases or labels.
    fileprivate var phrase: String {
        switch self {
        case .caseAdded, .added: "added"
        case .caseRemoved, .removed: "removed"
        case .image: "with another image"
        case .status: "with another status"
        case .origin: "with another origin"
        case .mask: "with another mask"
        case .extent: "with another extent"
        case .same: "unchanged"
        }
    }
}
