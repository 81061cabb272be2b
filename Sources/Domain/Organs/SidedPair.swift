/// Two organs of which one is to the patient's right of the other, unless the patient's organs are reversed.
public struct SidedPair: Sendable, Hashable {
    public let right: OrganKey
    public let left: OrganKey

    public static let all = [
        SidedPair(right: "liver", left: "spleen"), SidedPair(right: "kidney_right", left: "kidney_left"),
        SidedPair(right: "adrenal_gland_right", left: "adrenal_gland_left"),
        SidedPair(right: "lung_right", left: "lung_left"), SidedPair(right: "femur_right", left: "femur_left"),
        SidedPair(right: "hip_right", left: "hip_left"),
        SidedPair(right: "femoral_head_right", left: "femoral_head_left"),
    ]

    /// Every organ of a pair.
    public static let organs = Set(all.flatMap { [$0.right, $0.left] })
}
