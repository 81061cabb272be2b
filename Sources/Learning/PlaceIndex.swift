/// Which volumes of a training show an organ, and which know anything.
struct PlaceIndex: Sendable {
    /// [organ]: volumes with at least one place of it, ascending.
    let showing: [[Int]]
    /// Organs shown by any volume, ascending.
    let shown: [Int]
    /// Volumes with anything known, ascending.
    let informative: [Int]

    init(_ volumes: [TrainingVolume], organs: Int) {
        let showing = (0..<organs).map { organ in volumes.indices.filter { !volumes[$0].labels.places[organ].isEmpty } }
        self.showing = showing
        shown = showing.indices.filter { !showing[$0].isEmpty }
        informative = volumes.indices.filter { !volumes[$0].labels.knownRegions.isEmpty }
    }
}
