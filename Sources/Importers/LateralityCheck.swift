internal import Domain

/// Whether organs lie on the sides of the body on which they belong. World x grows to the patient's right, so liver and
/// right-sided organs have the greater x.
enum LateralityCheck {
    /// Organ to the right, organ to the left.
    private static let pairs: [(right: OrganKey, left: OrganKey)] = [
        ("liver", "spleen"), ("kidney_right", "kidney_left"), ("adrenal_gland_right", "adrenal_gland_left"),
        ("lung_right", "lung_left"), ("femur_right", "femur_left"), ("hip_right", "hip_left"),
        ("femoral_head_right", "femoral_head_left"),
    ]

    /// One finding for all pairs that lie the wrong way round.
    static func findings(_ labels: [InspectedLabel], file: String) -> [ImportFinding] {
        let places = Dictionary(
            labels.compactMap { label in label.region.map { (label.organ, $0.centroid.x) } },
            uniquingKeysWith: { first, _ in first })
        let swapped = pairs.filter { pair in
            guard let right = places[pair.right], let left = places[pair.left] else { return false }
            return right < left
        }
        guard !swapped.isEmpty else { return [] }
        let names = swapped.map { "\($0.right) lies to the left of \($0.left)" }.joined(separator: ", ")
        return [
            ImportFinding(
                .laterality, file: file, problem: names,
                remedy: "check for a mirrored affine, swapped labels, or a patient whose organs are reversed")
        ]
    }
}
