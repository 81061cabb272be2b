internal import Catalog
internal import Console
internal import Domain
internal import System

/// The subjects that a published list puts into parts.
struct ListedMembers {
    let list: String
    /// Which fold validates, counted from 0.
    let fold: Int?
    /// Where cases are looked for; nil: everywhere.
    let dataset: String?

    /// - Throws: bad input where none of its cases is known or one is not clear, a conflict where a subject is in two parts.
    func find(_ session: Session) async throws -> [SubjectID: SplitPart] {
        let (entries, named) = try await BlockingWork().run { [list, fold] in
            let entries = try PublishedSplit.read(list, fold: fold, part: nil).entries
            let folder = ListedCases.folder(of: list)
            return (entries, entries.map { NamedCase(name: $0.name, paths: $0.paths(from: folder)) })
        }
        let listed = ListedCases(entries, try await session.catalog.cases(named: named, dataset: dataset))
        guard listed.ambiguous.isEmpty else {
            throw CommandFailure(
                .badInput, "cases of several patients have a name in it: \(listed.unclear)", file: list,
                remedy: "name the dataset with --dataset, or give paths")
        }
        guard !listed.found.isEmpty else {
            throw CommandFailure(
                .badInput, "none of its \(entries.count) cases is in the catalogue", file: list,
                remedy: "import the dataset first, or name it with --dataset; lacuna volume list shows the cases")
        }
        var members: [SubjectID: (part: SplitPart, path: String)] = [:]
        for (entry, item) in listed.found {
            if let other = members[item.subject], other.part != entry.part {
                throw CommandFailure(
                    .conflict,
                    "\(other.path) is in part \(other.part.rawValue) and \(entry.path) in part \(entry.part.rawValue), and "
                        + "both are the same patient",
                    file: list, remedy: "put both into one part, or name the dataset that is meant with --dataset")
            }
            members[item.subject] = (entry.part, entry.path)
        }
        for line in listed.notes { session.output.note(line) }
        return members.mapValues(\.part)
    }
}
