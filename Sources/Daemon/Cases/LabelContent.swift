internal import Catalog
internal import Domain
internal import Hashing

/// For which organs labels are coded, and by which rule.
struct LabelPlan: Hashable, Sendable {
    let organs: [OrganKey]
    /// The number of organs, and of composite labels.
    let channels: Int
    /// Equal for equal plans.
    let key: String

    init(_ organs: [OrganKey], _ rule: KnownVoxelRule, compositeSets: [[Int]]) {
        (self.organs, channels) = (organs, organs.count + compositeSets.count)
        let sets = compositeSets.map { $0.map(String.init).joined(separator: " ") }
        key = Self.key(of: [Self.coding] + organs.map(\.rawValue) + [rule.description] + sets)
    }

    /// To be changed with `KnownVoxelRule.fill`, the resampling of masks and `TrainingLabels`, so that what was coded before is not used.
    private static let coding = "2"

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
    ///   - composites: the parts of composite labels, as indices of organs.
    ///   - pseudo: of organs without one.
    init(
        _ plan: LabelPlan, annotations: [OrganKey: RunLabel], composites: [OrganKey: [Int]], pseudo: [RoundLabel]
    ) {
        self.plan = plan
        let annotated = annotations.map { organ, label in
            let parts = composites[organ].map { " of \($0)" } ?? ""
            let extent = label.extent.map(Self.text) ?? "-"
            return "\(organ)\(parts) \(extent) \(label.mask?.content.description ?? "absent")"
        }
        let predicted = pseudo.map { "\($0.organ) pseudo \($0.mask.content)" }
        key = LabelPlan.key(of: annotated.sorted() + predicted.sorted())
    }

    private static func text(_ box: VoxelBox) -> String {
        (0..<3).map { "\(box.lower[$0])..<\(box.upper[$0])" }.joined(separator: ",")
    }
}
