/// Which volumes of a training show an organ, and which know anything.
struct PlaceIndex: Sendable {
    /// [organ]: volumes with a voxel of it, ascending.
    let showing: [[Int]]
    /// Organs shown by any volume, ascending.
    let shown: [Int]
    /// Volumes with anything known, ascending.
    let informative: [Int]

    init(_ outlines: [VolumeOutline], organs: Int) {
        let showing = (0..<organs).map { organ in outlines.indices.filter { outlines[$0].counts[organ].positive > 0 } }
        self.showing = showing
        shown = showing.indices.filter { !showing[$0].isEmpty }
        informative = outlines.indices.filter { outlines[$0].isInformative }
    }
}
