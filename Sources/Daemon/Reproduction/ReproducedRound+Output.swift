internal import Console
internal import Domain
internal import Learning

extension ReproducedRound {
    /// A kind of result: how many were compared, and how many differ.
    private struct Summary {
        let what: String
        let compared, differing: Int
    }

    /// A result that differs.
    private struct Difference {
        let what, name, problem: String
        /// Values or voxels.
        var differing: Int?
        var largest: Float?
    }

    /// Prints what is equal and what differs.
    func report(_ output: Output) {
        if output.format == .json {
            output.report([
                Cell.Field("run", run), Cell.Field("round", round), Cell.Field("equal", isEqual),
                Cell.Field("compared", summaries.map(Self.summaryColumns.object(of:))),
                Cell.Field("differences", differences.map(Self.differenceColumns.object(of:))),
                Cell.Field("reasons", reasons),
            ])
        } else {
            output.report(summaries, Self.summaryColumns)
            if !differences.isEmpty {
                output.separate()
                output.report(differences, Self.differenceColumns)
            }
        }
        for reason in reasons { output.note("\(isEqual ? "although " : "")\(reason)") }
        if isEqual { return output.note("Round \(round) of \(run) is reproduced bit for bit.") }
        output.note(
            "Round \(round) of \(run) is not reproduced bit for bit"
                + (reasons.isEmpty ? ", for no known reason." : ", for the reasons above."))
    }

    private var summaries: [Summary] {
        func tensors(_ comparison: CheckpointComparison, _ what: String) -> Summary {
            Summary(what: what, compared: comparison.tensors, differing: comparison.differences.count)
        }
        var summaries = [tensors(network, "tensors of the network and its optimiser")]
        if let confidence { summaries.append(tensors(confidence, "tensors of the confidence")) }
        return summaries
            + [Summary(what: "masks", compared: masks.count, differing: masks.count { !$0.isEqual })]
    }

    private var differences: [Difference] {
        func tensors(_ comparison: CheckpointComparison?, _ what: String) -> [Difference] {
            (comparison?.differences ?? []).map {
                Difference(
                    what: what, name: $0.path,
                    problem: $0.largest == nil ? "in one of them only, or of another shape" : "values differ",
                    differing: $0.values, largest: $0.largest)
            }
        }
        return tensors(network, "network") + tensors(confidence, "confidence") + masks.compactMap(Self.difference)
    }

    private static func difference(_ mask: ReproducedMask) -> Difference? {
        guard let difference = mask.difference else { return nil }
        var (problem, count): (String, Int?) = ("", nil)
        switch difference {
        case .voxels(let foreground, let validity):
            (problem, count) = ("\(foreground) voxels of the mask, \(validity) of its validity", foreground + validity)
        case .confidence: problem = "equal, with another confidence"
        case .added: problem = "made by the repetition only"
        case .missing: problem = "not made by the repetition"
        case .unavailable: problem = "its volume is no longer one of the run"
        }
        return Difference(what: "mask", name: "\(mask.organ) in \(mask.volume)", problem: problem, differing: count)
    }

    private static var summaryColumns: [Column<Summary>] {
        [
            Column("what") { $0.what }, Column("compared") { $0.compared }, Column("differing") { $0.differing },
        ]
    }

    private static var differenceColumns: [Column<Difference>] {
        [
            Column("what") { $0.what }, Column("name") { $0.name }, Column("problem") { $0.problem },
            Column("differing", in: .whereItFits()) { $0.differing },
            Column("largest", in: .whereItFits()) { $0.largest.map { Double($0) } },
        ]
    }
}
