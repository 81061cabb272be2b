internal import Catalog
internal import Console
internal import Domain

/// The subjects that a published list puts into parts.
struct ListedMembers {
    let list: String
    /// Which fold validates, counted from 0.
    let fold: Int?
    /// Where cases are looked for; nil: everywhere.
    let dataset: String?

    /// - Throws: bad input where none of its cases is known, a conflict where a subject is in two parts.
    func find(_ session: Session) async throws -> [SubjectID: SplitPart] {
        let entries = try await BlockingWork().run { [list, fold] in
            try PublishedSplit.read(list, fold: fold, part: nil).entries
        }
        let found = try await session.catalog.cases(
            named: entries.map { NamedCase(name: $0.name, path: $0.path) }, dataset: dataset)
        guard !found.isEmpty else {
            throw CommandFailure(
                .badInput, "none of its \(entries.count) cases is in the catalogue", file: list,
                remedy: "import the dataset first, or name it with --dataset; lacuna volume list shows the cases")
        }
        var members: [SubjectID: (part: SplitPart, path: String)] = [:]
        for item in found {
            let entry = entries[item.index]
            if let other = members[item.subject], other.part != entry.part {
                throw CommandFailure(
                    .conflict,
                    "\(other.path) is in part \(other.part.rawValue) and \(entry.path) in part \(entry.part.rawValue), and "
                        + "both are the same patient",
                    file: list, remedy: "put both into one part, or name the dataset that is meant with --dataset")
            }
            members[item.subject] = (entry.part, entry.path)
        }
        let known = Set(found.map(\.index)).count
        if known < entries.count {
            session.output.note(
                "\(known) of \(entries.count) listed cases are in the catalogue; the others are left out.")
        }
        return members.mapValues(\.part)
    }
}
