internal import Catalog
internal import Console
internal import Domain
internal import Workflows

extension DuplicateSearch.Result {
    /// A note on the volumes that have no image descriptor; nil where all have one.
    var note: String? {
        guard undescribed > 0 else { return nil }
        return "\(undescribed) volumes have no image descriptor and were compared by their keys only. "
            + "lacuna volume describe computes the missing descriptors."
    }
}

extension DuplicateProposal {
    static var columns: [Column<DuplicateProposal>] {
        [
            Column("score") { Cell.number($0.score, places: 3) },
            Column("kind") { $0.pair.kind.rawValue },
            Column("first", in: .whereItFits(rank: 1)) { $0.pair.first.id.rawValue },
            Column("firstName", title: "first dataset/case") { $0.pair.first.name },
            Column("second", in: .whereItFits(rank: 1)) { $0.pair.second.id.rawValue },
            Column("secondName", title: "second dataset/case") { $0.pair.second.name },
            Column("reason") { $0.similarity.words },
            Column("firstSubject", in: .wideOnly) { $0.pair.first.subject },
            Column("secondSubject", in: .wideOnly) { $0.pair.second.subject },
            Column("oneSubject", in: .whereItFits()) { $0.pair.first.subject == $0.pair.second.subject },
        ]
    }
}

extension DuplicateProposal.Similarity {
    fileprivate var words: String {
        switch self {
        case .reordered: "equal values in another voxel order"
        case .clipped: "equal values after clipping to ±1000 HU"
        case .whole: "similar as a whole"
        case .lowerEnd: "similar from the lower end up"
        case .upperEnd: "similar from the upper end down"
        }
    }
}
