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

/// The side of the patient's body on which an organ lies, where it has one.
public enum Laterality: String, Hashable, Sendable, CaseIterable, Codable {
    case none, left, right
}

/// A SNOMED CT triplet as DICOM segmentations carry it (Segmented Property Category, Type and Type Modifier Code).
public struct OrganCode: Hashable, Sendable {
    /// 123037004 anatomical structure, 49755003 morphologically altered structure, 85756007 tissue.
    public let category: String
    public let type: String
    /// 7771000 left, 24028007 right; nil where the type itself names the side, or there is none.
    public let modifier: String?

    public init(category: String, type: String, modifier: String? = nil) {
        (self.category, self.type, self.modifier) = (category, type, modifier)
    }
}

/// A class that voxels can be labelled with: an organ, several organs under one label, or a lesion.
public struct Organ: Hashable, Sendable {
    public let key: OrganKey
    /// For people, English: "Right kidney".
    public let name: String
    /// Counts from 1, never reused: the paper's 7 organs, then the rest of BTCV's 13, then the rest of TotalSegmentator
    /// v2's 117, then everything else.
    public let position: Int
    /// Nil where no code was found in a source.
    public let code: OrganCode?
    public let laterality: Laterality
    public let isLesion: Bool
    /// The organ in which the lesion lies; nil for an organ, and for a lesion of an unstated organ.
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
