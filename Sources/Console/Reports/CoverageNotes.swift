package import Catalog
internal import Domain
package import Workflows

/// The notes that `lacuna coverage` prints beside its table.
package struct CoverageNotes {
    let result: CoverageReport.Result
    let grouping: CoverageGrouping

    package init(result: CoverageReport.Result, grouping: CoverageGrouping) {
        (self.result, self.grouping) = (result, grouping)
    }

    /// The largest number of organs that a note lists.
    private static let listedOrgans = 12

    /// On requested organs that are labelled nowhere.
    package var onMissingOrgans: [String] {
        result.missing.map { missing in
            if result.isEmpty { return nothing }
            switch missing.related {
            case .parts(let organs): return Self.note(on: missing.organ, "Labelled parts of it", organs)
            case .wholes(let organs): return Self.note(on: missing.organ, "Labelled organs that contain it", organs)
            case .none: return "Neither \(missing.organ) nor a part of it is labelled."
            }
        }
    }

    /// Below the table.
    ///
    /// - Parameters:
    ///   - hidden: the number of rows that the table leaves out.
    ///   - isFiltered: whether organs were requested.
    package func onTable(hidden: Int, isFiltered: Bool) -> [String] {
        if result.rows.isEmpty { return isFiltered ? [] : [nothing] }
        var notes: [String] = []
        if hidden > 0 {
            notes.append(
                "\n\(hidden) \(hidden == 1 ? "row is" : "rows are") not shown because nothing is labelled there. --json and "
                    + "--csv have all rows.")
        }
        if !result.recalled.isEmpty {
            notes.append(
                "\nTrained on data that were removed since, so that their pseudo labels are hidden: "
                    + result.recalled.sorted().joined(separator: ", ") + ".")
        }
        guard grouping == .organ else { return notes }
        if !result.incomplete.isEmpty {
            notes.append(
                "\nNo volume has a complete annotation of: \(Self.abbreviated(result.incomplete)).\n"
                    + "A run cannot learn these organs; import a dataset that annotates them.")
        }
        if !result.compositeOnly.isEmpty {
            let organs = result.compositeOnly.map(\.rawValue).joined(separator: ", ")
            notes.append(
                "\nSome volumes have only a composite label of: \(organs).\n"
                    + "lacuna organ partition separates left and right where they form one composite label.")
        }
        return notes
    }

    private var nothing: String {
        if result.isWithheld { return "All volumes are removed or excluded; lacuna volume list shows the reasons." }
        return switch grouping {
        case .round: "No round has been published yet; see lacuna round list."
        case .split: "No split exists, or nothing is labelled; see lacuna split show."
        case .organ, .dataset: "Nothing is labelled yet; start with lacuna dataset import."
        }
    }

    private static func note(on organ: OrganKey, _ relation: String, _ related: [OrganKey]) -> String {
        let names = related.map(\.rawValue)
        return "\(organ) itself is not labelled. \(relation): \(names.joined(separator: ", ")). "
            + "See lacuna coverage" + names.map { " --organ \($0)" }.joined() + "."
    }

    private static func abbreviated(_ organs: [OrganKey]) -> String {
        let listed = organs.prefix(listedOrgans).map(\.rawValue).joined(separator: ", ")
        return organs.count > listedOrgans ? "\(listed) and \(organs.count - listedOrgans) more" : listed
    }
}
