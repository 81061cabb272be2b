/// The stable name of an organ: lower case with underscores, TotalSegmentator v2's class name where it has one
/// (`kidney_right`, `inferior_vena_cava`).
public struct OrganKey: RawRepresentable, Hashable, Sendable, Comparable, Codable, CustomStringConvertible,
    ExpressibleByStringLiteral
{
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ rawValue: some StringProtocol) { self.rawValue = String(rawValue) }
    public init(stringLiteral value: String) { rawValue = value }

    public var description: String { rawValue }
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The side of the patient's body on which a paired organ is.
public enum Laterality: String, Hashable, Sendable, CaseIterable, Codable {
    case none, left, right
}

/// A SNOMED CT triplet as DICOM segmentations carry it (Segmented Property Category, Type and Type Modifier Code).
public struct OrganCode: Hashable, Sendable {
    /// 123037004 anatomical structure, 49755003 morphologically altered structure, 85756007 tissue.
    public let category: String
    public let type: String
    /// 7771000 left, 24028007 right; nil where the type includes the side, or there is none.
    public let modifier: String?

    public init(category: String, type: String, modifier: String? = nil) {
        (self.category, self.type, self.modifier) = (category, type, modifier)
    }
}

/// A class that voxels can be labelled with: an organ, several organs under one label, or a lesion.
public struct Organ: Hashable, Sendable {
    public let key: OrganKey
    /// English display name: "Right kidney".
    public let name: String
    /// From 1, never reused: the 7 organs of the INERRANT paper, then the rest of BTCV's 13, then the rest of
    /// TotalSegmentator v2's 117, then all others.
    public let position: Int
    /// Nil where no source gives a code.
    public let code: OrganCode?
    public let laterality: Laterality
    public let isLesion: Bool
    /// The organ of the lesion; nil for an organ, and for a lesion of an unstated organ.
    public let host: OrganKey?
    /// SNOMED CT code of the lesion's organ (Anatomic Region Code); nil without a host.
    public let regionCode: OrganCode?

    public init(
        key: OrganKey, name: String, position: Int, code: OrganCode?, laterality: Laterality = .none,
        isLesion: Bool = false, host: OrganKey? = nil, regionCode: OrganCode? = nil
    ) {
        (self.key, self.name, self.position, self.code) = (key, name, position, code)
        (self.laterality, self.isLesion, self.host, self.regionCode) = (laterality, isLesion, host, regionCode)
    }
}
