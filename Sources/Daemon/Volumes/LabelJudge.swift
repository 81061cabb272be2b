internal import Catalog
internal import Domain
internal import Imaging
internal import Learning
internal import Numerics
internal import Plans
internal import Rounds
internal import System
internal import Workflows

/// A pseudo label with its quality and, where it does not become a label, the reason.
struct JudgedLabel: Sendable {
    let label: PseudoLabel
    let quality: MaskQuality?
    let withheld: String?
    /// 1 − Dice with the mask of the round before, on the volume's own grid; nil where there is none that can be read.
    let change: Double?
}

/// What is known of the change of a mask since the round before.
enum LabelChange: Sendable {
    /// 1 − Dice of the two.
    case measured(Double)
    /// The earlier mask is missing or damaged.
    case unreadable

    var value: Double? { if case .measured(let value) = self { value } else { nil } }
}

/// Decides which pseudo labels of a round become labels: those of organs that the round relabels, of a sufficient predicted Dice, and
/// of a size, shape and side that the organ has where it is annotated, and not much changed since the round before.
struct LabelJudge: Sendable {
    let plan: RunPlan
    let round: RoundRecord
    let organs: [OrganKey]
    let snapshot: RunSnapshot
    /// Nil: one for each processor core.
    let threads: Int?

    /// The mask of the other organ of a pair, on the run's grid; nil where there is none.
    typealias Partner = (OrganKey) async throws -> BitVolume?

    /// - Parameters:
    ///   - changes: since the round before, by index of the organ.
    ///   - partner: asked for annotated organs only.
    func judge(
        _ labels: [PseudoLabel], changes: [Int: LabelChange], partner: Partner
    ) async throws -> [JudgedLabel] {
        let alone = await BlockingWork().run { labels.map(threads: threads ?? UsableCores.count, judgeAlone) }
        var judged: [JudgedLabel] = []
        for (label, (quality, found)) in zip(labels, alone) {
            var reason = found
            if reason == nil { reason = try await sideReason(label, labels, partner) }
            reason = reason ?? changeReason(label, changes[label.organ])
            judged.append(
                JudgedLabel(label: label, quality: quality, withheld: reason, change: changes[label.organ]?.value))
        }
        return judged
    }

    /// Without the other labels.
    private func judgeAlone(_ label: PseudoLabel) -> (MaskQuality?, String?) {
        let quality = quality(of: label)
        return (quality, organReason(label) ?? qualityReason(label, quality) ?? shapeReason(label))
    }

    private func key(_ label: PseudoLabel) -> OrganKey { organs[label.organ] }

    private func quality(of label: PseudoLabel) -> MaskQuality? {
        guard let soft = label.softDice else { return nil }
        let estimate = round.evaluation?.calibration?.estimate(organ: key(label).rawValue, softDice: soft)
        return MaskQuality(
            softDice: soft, predicted: estimate.map { PredictedDice(dice: $0.dice, lower: $0.lower, upper: $0.upper) })
    }

    private func organReason(_ label: PseudoLabel) -> String? {
        round.relabelling?.withheld[key(label).rawValue].map { "organ \($0.explanation)" }
    }

    private func qualityReason(_ label: PseudoLabel, _ quality: MaskQuality?) -> String? {
        guard plan.minimumQuality > 0 else { return nil }
        guard let quality else { return emptyReason(label) }
        guard let predicted = quality.predicted else {
            return plan.publishUndecided ? nil : "its Dice cannot be predicted: too few masks are held out"
        }
        guard predicted.dice < plan.minimumQuality else { return nil }
        return
            "its predicted Dice of \(Self.text(predicted.dice)) is below \(Self.text(plan.minimumQuality)), run.minimumQuality"
    }

    /// An empty mask has no quality. Its Dice is 0 where the organ is there.
    private func emptyReason(_ label: PseudoLabel) -> String? {
        snapshot.isAlwaysThere(key(label), volumes: plan.minimumAnnotatedVolumes)
            ? "it is empty, and no annotation calls the organ absent" : nil
    }

    private func shapeReason(_ label: PseudoLabel) -> String? {
        guard !label.foreground.isEmpty else { return nil }
        return sizeReason(label) ?? partReason(label)
    }

    /// A mask that reaches the first or last slice may be of a truncated organ, whose size says nothing.
    private func sizeReason(_ label: PseudoLabel) -> String? {
        let box = label.foreground.boundingBox
        guard let size = snapshot.sizes[key(label)], size.masks >= plan.minimumAnnotatedVolumes, box.lower.z > 0,
            box.upper.z < label.foreground.shape.z
        else { return nil }
        let (least, most) = (size.smallest / plan.guardRatio, size.largest * plan.guardRatio)
        guard !(least...most).contains(label.predictedMillilitres) else { return nil }
        return
            "its \(Self.text(label.predictedMillilitres)) ml are outside \(Self.text(least)) to \(Self.text(most)) ml, the annotated "
            + "sizes by run.guardRatio"
    }

    private func partReason(_ label: PseudoLabel) -> String? {
        guard plan.minimumLargestPart > 0,
            let largest = ConnectedComponents(label.foreground).parts.first?.voxels
        else { return nil }
        let share = Double(largest) / Double(label.foreground.population)
        guard share < plan.minimumLargestPart else { return nil }
        return "its largest part has \(Self.text(share)) of it, below \(Self.text(plan.minimumLargestPart)), "
            + "run.minimumLargestPart"
    }

    private func changeReason(_ label: PseudoLabel, _ change: LabelChange?) -> String? {
        guard let change, !label.foreground.isEmpty, plan.maximumChange < 1 else { return nil }
        guard let change = change.value else {
            return "its change since the round before cannot be measured: that mask is missing or damaged"
        }
        guard change > plan.maximumChange else { return nil }
        return
            "its change since the round before of \(Self.text(change)), 1 − Dice, is above \(Self.text(plan.maximumChange)), "
            + "run.maximumChange"
    }

    /// Canonical x grows to the patient's right.
    private func sideReason(_ label: PseudoLabel, _ labels: [PseudoLabel], _ partner: Partner) async throws -> String? {
        let own = key(label)
        guard let pair = SidedPair.all.first(where: { $0.left == own || $0.right == own }),
            let centre = VolumeMeasure.centre(label.foreground)
        else { return nil }
        let other = pair.left == own ? pair.right : pair.left
        let predicted = labels.first { key($0) == other }?.foreground
        let mask = if let predicted { predicted } else { try await partner(other) }
        guard let mask, let otherCentre = VolumeMeasure.centre(mask)
        else { return nil }
        let isRight = centre.x > otherCentre.x
        guard isRight != (pair.right == own) else { return nil }
        return "it is on the \(isRight ? "right" : "left") of \(other)"
    }

    private static func text(_ value: Double) -> String {
        let places = value < 10 ? 1000.0 : 1
        return SettingValue.number((value * places).rounded() / places).description
    }
}
