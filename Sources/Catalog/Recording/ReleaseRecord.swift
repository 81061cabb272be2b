public import Domain

/// A release of a dataset, to be recorded by an import.
public struct ReleaseRecord: Sendable {
    public var dataset: String
    public var release: String
    public var layout: String
    public var origin: LabelOrigin
    public var licence: String?
    public var licenceSource: String?
    /// Further statements about its licence, after the first.
    public var otherLicences: [LicenceStatement]
    /// Absolute path of the folder that files are relative to.
    public var root: String
    public var labelMap: [LabelMap.Entry]

    public init(
        dataset: String, release: String, layout: String, origin: LabelOrigin, licence: String?, licenceSource: String?,
        root: String, labelMap: [LabelMap.Entry] = [], otherLicences: [LicenceStatement] = []
    ) {
        (self.dataset, self.release, self.layout, self.origin) = (dataset, release, layout, origin)
        (self.licence, self.licenceSource, self.root, self.labelMap) = (licence, licenceSource, root, labelMap)
        self.otherLicences = otherLicences
    }

    var licences: [LicenceStatement] {
        let first = licence.map { LicenceStatement(text: $0, source: licenceSource ?? "not recorded") }
        return ((first.map { [$0] } ?? []) + otherLicences).filter { !$0.text.isEmpty }
    }
}

/// A release in the catalogue.
public struct ReleaseHandle: Sendable, Hashable {
    public let release: Int32
    public let dataset: DatasetID
}
