internal import Importers

/// A case of a dataset, with its image or without.
enum ImportItem: Sendable {
    case whole(CaseFiles)
    case waiting(WaitingCase)

    var name: String {
        switch self {
        case .whole(let files): files.name
        case .waiting(let item): item.name
        }
    }

    /// All cases of a list, by name.
    static func all(of list: CaseList) -> [ImportItem] {
        (list.cases.map(Self.whole) + list.waiting.map(Self.waiting)).sorted { $0.name < $1.name }
    }
}
