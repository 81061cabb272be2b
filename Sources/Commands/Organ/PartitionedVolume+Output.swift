internal import Console
internal import Domain
internal import Workflows

extension PartitionedVolume {
    /// - Parameter isPlan: whether tables say what would be partitioned.
    static func columns(isPlan: Bool) -> [Column<PartitionedVolume>] {
        [
            Column("volume") { $0.volume.rawValue },
            Column("case", title: "dataset/case") { $0.caseName },
            Column("outcome") { $0.outcome.word(isPlan: isPlan) },
            Column("leftVoxels", in: .wideOnly) { $0.sides?.leftVoxels },
            Column("rightVoxels", in: .wideOnly) { $0.sides?.rightVoxels },
            Column("left", title: "left ml") { $0.millilitres(of: $0.sides?.leftVoxels) },
            Column("right", title: "right ml") { $0.millilitres(of: $0.sides?.rightVoxels) },
            Column("remnants", in: .whereItFits(rank: 1)) { $0.sides?.remnants },
            Column("activity", in: .whereItFits(rank: 1)) { $0.activity?.rawValue },
            Column("reason") { $0.reason },
        ]
    }

    /// The number of volumes by outcome.
    static func summary(_ volumes: [PartitionedVolume], isDryRun: Bool) -> String {
        let words = ["partitioned", "would be partitioned", "unchanged", "skipped", "refused"]
        let counts = words.compactMap { word in
            let count = volumes.count { $0.outcome.word(isPlan: isDryRun) == word }
            return count == 0 ? nil : "\(count) \(word)"
        }
        return "Volumes: " + counts.joined(separator: ", ") + "."
    }

    private func millilitres(of voxels: Int?) -> Cell? {
        voxels.map { .number(Double($0) * millilitresPerVoxel, places: 1) }
    }

    private var reason: String? {
        switch outcome {
        case .partitioned, .unchanged: nil
        case .skipped(.absent): "the whole organ is absent"
        case .skipped(.pseudo): "its release shipped it as a model's label; only annotations are partitioned"
        case .skipped(.sidesLabelled): "another source labels both sides"
        case .refused(let refusal):
            words(refusal) + (hasEarlierSides ? "; the sides of the earlier mask stay current" : "")
        }
    }

    private func words(_ refusal: Refusal) -> String {
        switch refusal {
        case .labelNotCurrent:
            "the label is no longer current but its sides are: lacuna label set \(volume) SIDE unlabelled"
        case .sideLabelled(let side): "another source labels \(side): lacuna mask history \(volume) \(side)"
        case .mirrored: "the liver is left of the spleen: the image may be mirrored"
        case .shape(let problem): problem
        case .changedMeanwhile: "the label changed meanwhile; run the command again"
        }
    }
}

extension PartitionedVolume.Outcome {
    fileprivate func word(isPlan: Bool) -> String {
        switch self {
        case .partitioned: isPlan ? "would be partitioned" : "partitioned"
        case .unchanged: "unchanged"
        case .skipped: "skipped"
        case .refused: "refused"
        }
    }
}
