/// Where an organ that nearly everybody has is along the body, in vertebral levels counted from the head: C1 is 1, T1 is 8, L1 is 20,
/// S1 is 25.
///
/// Organs that are often missing or removed (gallbladder, uterus, prostate, thyroid, lobes of the lung) have no place.
public struct BodyPlace: Sendable {
    /// The levels that an image contains at least if it contains the organ's upper or its lower end; nil where the ends vary too much.
    public let ends: ClosedRange<Double>?
    /// Levels at which the organ is visible: an image that contains one of these ranges shows a part of the organ.
    public let cores: [ClosedRange<Double>]

    private init(_ ends: ClosedRange<Double>?, _ cores: ClosedRange<Double>...) {
        (self.ends, self.cores) = (ends, cores)
    }

    /// The place of an organ; nil for lesions, for organs that are often missing, and for those without a usual level.
    public static func of(_ organ: OrganKey) -> BodyPlace? { all[organ] }

    private static let kidney = BodyPlace(19.5...21.5, 20...21)
    private static let adrenalGland = BodyPlace(nil, 19...20)
    private static let lung = BodyPlace(9...17, 12...16)
    private static let hip = BodyPlace(24.5...30, 26...29)
    private static let femur = BodyPlace(nil, 30...31)
    private static let femoralHead = BodyPlace(28.5...29.5, 28...30)

    private static let all: [OrganKey: BodyPlace] = [
        "brain": BodyPlace(nil, -2...0), "trachea": BodyPlace(7...11.5, 9...10), "heart": BodyPlace(13...15.5, 13...15),
        "lung": lung, "lung_left": lung, "lung_right": lung,
        "esophagus": BodyPlace(nil, 15...17), "aorta": BodyPlace(12...22.5, 13...15, 19...22),
        "inferior_vena_cava": BodyPlace(nil, 19...21), "portal_vein_and_splenic_vein": BodyPlace(nil, 19...20),
        "liver": BodyPlace(17...20, 17...19), "spleen": BodyPlace(18...19, 18...19), "stomach": BodyPlace(nil, 18...20),
        "pancreas": BodyPlace(nil, 20...21), "duodenum": BodyPlace(nil, 20...22),
        "kidney": kidney, "kidney_left": kidney, "kidney_right": kidney,
        "adrenal_gland": adrenalGland, "adrenal_gland_left": adrenalGland, "adrenal_gland_right": adrenalGland,
        "small_bowel": BodyPlace(nil, 22...24), "colon": BodyPlace(nil, 21...24),
        "urinary_bladder": BodyPlace(nil, 28.5...29.5), "sacrum": BodyPlace(25.5...28, 26...28),
        "hip": hip, "hip_left": hip, "hip_right": hip,
        "femur": femur, "femur_left": femur, "femur_right": femur,
        "femoral_head_left": femoralHead, "femoral_head_right": femoralHead,
    ]
}
