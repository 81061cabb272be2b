internal import DICOM
public import Domain
internal import System

/// Folders of DICOM slices under any name, in no other layout: each series is a case. Of several series in one folder, each is
/// named by its number.
///
/// NIfTI files beside the slices of a single series are its labels if they have a label table, the name of an organ, or a label map.
public struct SeriesLayout: Layout {
    public let name = LayoutName.dicom
    public let release: String
    public let defaultOrigin: LabelOrigin
    public let licence: Licence
    private let list: CaseList

    private static let deepest = 5

    /// Reads the headers of all slices. Nil where no folder contains slices.
    init?(_ listing: FolderListing, options: ImportOptions, probe: TableProbe) {
        // The outermost folders that contain slices.
        let places = Self.places(in: listing, "", depth: Self.deepest)
        guard !places.isEmpty else { return nil }
        var list = CaseList()
        for place in places { SeriesPlace(place, listing, options, probe).add(to: &list) }
        list.settle()
        self.list = list
        let facts = ReleaseFacts.of(options.map?.release ?? "")
        release = options.release ?? options.map?.release ?? DatasetLabels.asDeclared
        (defaultOrigin, licence) = (facts.origin, facts.licence)
    }

    public var places: LayoutPlaces { LayoutPlaces(folder: nil) }

    public func listCases() -> CaseList { list }

    private static func places(in listing: FolderListing, _ path: String, depth: Int) -> [String] {
        if listing.holdsSlices(path, depth: 0) { return [path] }
        guard depth > 0 else { return [] }
        return listing.folders(in: path).flatMap { name in
            places(in: listing, path.isEmpty ? name : "\(path)/\(name)", depth: depth - 1)
        }
    }
}
