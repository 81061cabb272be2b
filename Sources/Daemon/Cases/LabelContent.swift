internal import Catalog
internal import Domain
internal import Hashing

/// For which organs labels are coded, and by which rule.
struct LabelPlan: Hashable, Sendable {
    /// The number of organs, and with the composite labels.
    let organs, channels: Int
    /// Equal for equal plans.
    let key: String

    init(_ organs: [OrganKey], _ rule: KnownVoxelRule, compositeSets: [[Int]]) {
        (self.organs, channels) = (organs.count, organs.count + compositeSets.count)
        let sets = compositeSets.map { $0.map(String.init).joined(separator: " ") }
        key = Self.key(of: organs.map(\.rawValue) + [rule.description] + sets)
    }

    /// The first 64 bits of a checksum, in hexadecimal.
    static func key(of parts: [String]) -> String {
        String(SHA256.digest(of: Array(parts.joined(separator: "\n").utf8)).description.prefix(16))
    }
}

/// What the coded labels of a volume are made of.
struct LabelContent: Hashable, Sendable {
    let plan: LabelPlan
    /// Equal for equal masks and extents.
    let key: String

    /// - Parameters:
    ///   - annotations: those that are learned from.
    ///   - pseudo: of organs without one.
    init(_ plan: LabelPlan, annotations: [OrganKey: RunLabel], pseudo: [RoundLabel]) {
        self.plan = plan
        let annotated = annotations.map { organ, label in
            "\(organ) \(label.extent.map(Self.text) ?? "-") \(label.mask?.content.description ?? "absent")"
        }
        let predicted = pseudo.map { "\($0.organ) pseudo \($0.mask.content)" }
        key = LabelPlan.key(of: annotated.sorted() + predicted.sorted())
    }

    private static func text(_ box: VoxelBox) -> String {
        (0..<3).map { "\(box.lower[$0])..<\(box.upper[$0])" }.joined(separator: ",")
    }
}
