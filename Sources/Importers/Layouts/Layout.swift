public import Domain

/// A recognised dataset: one layout found in one folder.
public protocol Layout: Sendable {
    var name: LayoutName { get }
    /// The release that the dataset is imported as; label values have a meaning within a release only.
    var release: String { get }
    /// Label origin, unless the caller specifies another.
    var defaultOrigin: LabelOrigin { get }
    /// Organs whose label origin differs from the default.
    var origins: [OrganKey: LabelOrigin] { get }
    /// Names that `--release` may have; empty where any name is allowed.
    var knownReleases: [String] { get }
    var licence: Licence { get }
    /// Where images and labels are expected.
    var places: LayoutPlaces { get }
    /// The cases by the rules of the layout, ordered by name, without findings about files that belong to none.
    func listCases() throws(ImportError) -> CaseList
}

extension Layout {
    public var origins: [OrganKey: LabelOrigin] { [:] }
    public var knownReleases: [String] { [] }

    /// The dataset's cases, ordered by name, with findings for values that share an organ and for files that belong to no case.
    /// Reads folders, and headers where the layout needs them; no voxels. Blocks.
    /// - Throws: an error that makes the whole dataset unreadable; a case that cannot be listed is in
    ///   `CaseList.refused`.
    public func cases() throws(ImportError) -> CaseList {
        var list = try listCases()
        list.findings += list.sharedOrgans
        places.report(to: &list)
        return list
    }
}
