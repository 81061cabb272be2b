public import Domain

/// The partition by side of a mask of a paired organ into the patient's left and right organ.
///
/// Voxels that share a face, an edge or a corner are connected. The two largest parts are the organs of the two sides;
/// the plane between them is half-way between their centroids along world x (RAS+), which grows to the patient's right.
/// Each smaller part is assigned to the side of its centroid. Any other mask is refused: a single part, for instance,
/// may be one organ or two that touch.
public struct SidePartition: Sendable {
    public let left: BitVolume
    public let right: BitVolume
    /// Number of small parts that were assigned to a side, and of their voxels.
    public let remnants: (parts: Int, voxels: Int)

    /// A part with at least this share of the voxels is large.
    public static let largeShare = 0.1
    /// Largest share of the voxels of all small parts together.
    public static let remnantShare = 0.05
    /// Smallest ratio of voxels between the two large parts.
    public static let leastRatio = 0.2
    /// Smallest distance in millimetres along world x between the centroids of the two.
    public static let leastDistance = 20.0
    /// Smallest share of either large part on its own side of the plane.
    public static let ownSide = 0.95
    /// Range of the plane's position, as a share of the volume's extent along world x.
    public static let middle = 0.25...0.75

    /// Why a mask is not partitioned.
    public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        case empty
        case onePart
        case parts(Int)
        case remnants(share: Double)
        case unequal(ratio: Double)
        case notBeside(millimetres: Double)
        case acrossPlane(share: Double)
        case beyondMidline(place: Double)

        public var description: String {
            func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
            return switch self {
            case .empty: "it has no voxels"
            case .onePart:
                "it is one connected part: a single organ, or two organs that touch"
            case .parts(let count): "it has \(count) large parts instead of two"
            case .remnants(let share): "small parts are \(percent(share)) of it, more than \(percent(remnantShare))"
            case .unequal(let ratio):
                "the smaller part has \(percent(ratio)) of the larger one's voxels, less than \(percent(leastRatio))"
            case .notBeside(let distance):
                "its parts are \(Int(distance.rounded())) mm apart from left to right, "
                    + "less than \(Int(leastDistance)) mm"
            case .acrossPlane(let share):
                "only \(percent(share)) of a part is on its own side of the plane between the two"
            case .beyondMidline(let place):
                "the plane between its parts is at \(percent(place)) of the volume's width: "
                    + "the volume may show one side only"
            }
        }
    }

    /// - Parameters:
    ///   - mask: in canonical voxel order.
    ///   - affine: canonical voxel indices to RAS+ millimetres.
    /// - Throws: the reason for which the mask cannot be partitioned.
    public init(_ mask: BitVolume, affine: Affine) throws(Refusal) {
        let components = ConnectedComponents(mask, neighbourhood: .corners)
        let (right, left) = try Self.pair(components, affine)
        let places = components.parts.map { affine.world($0.centroid).x }
        let plane = (places[right] + places[left]) / 2
        try Self.check(components, right: right, left: left, plane: plane, affine)
        self.right = components.mask { places[$0] > plane }
        self.left = components.mask { places[$0] <= plane }
        let small = components.parts.dropFirst(2)
        remnants = (small.count, small.reduce(0) { $0 + $1.voxels })
    }

    /// Indices of the two large parts.
    private static func pair(
        _ components: ConnectedComponents, _ affine: Affine
    ) throws(Refusal) -> (right: Int, left: Int) {
        let voxels = components.parts.map { Double($0.voxels) }
        let total = voxels.reduce(0, +)
        guard total > 0 else { throw .empty }
        let large = voxels.count { $0 >= largeShare * total }
        guard large != 1 else {
            throw voxels[0] >= (1 - remnantShare) * total ? .onePart : .unequal(ratio: voxels[1] / voxels[0])
        }
        guard large == 2 else { throw .parts(large) }
        let rest = (total - voxels[0] - voxels[1]) / total
        guard rest <= remnantShare else { throw .remnants(share: rest) }
        guard voxels[1] >= leastRatio * voxels[0] else { throw .unequal(ratio: voxels[1] / voxels[0]) }
        let places = components.parts.prefix(2).map { affine.world($0.centroid).x }
        let distance = abs(places[0] - places[1])
        guard distance >= leastDistance else { throw .notBeside(millimetres: distance) }
        return places[0] > places[1] ? (0, 1) : (1, 0)
    }

    private static func check(
        _ components: ConnectedComponents, right: Int, left: Int, plane: Double, _ affine: Affine
    ) throws(Refusal) {
        for (part, isRight) in [(right, true), (left, false)] {
            let share = rightShare(of: part, components, plane, affine)
            let own = isRight ? share : 1 - share
            guard own >= ownSide else { throw .acrossPlane(share: own) }
        }
        let reach = reach(of: components.shape, affine)
        let place = (plane - reach.lowerBound) / (reach.upperBound - reach.lowerBound)
        guard middle.contains(place) else { throw .beyondMidline(place: place) }
    }

    /// The share of a part's voxels whose world x is above the plane.
    private static func rightShare(
        of part: Int, _ components: ConnectedComponents, _ plane: Double, _ affine: Affine
    ) -> Double {
        var above = 0
        components.forEachRun(of: part) { x, y, z in
            let step = affine.columns[0].x
            let start = affine.world(Vector3(Double(x.lowerBound), Double(y), Double(z))).x
            above +=
                step == 0 ? (start > plane ? x.count : 0) : voxelsAbove(plane, from: start, step: step, count: x.count)
        }
        return Double(above) / Double(components.parts[part].voxels)
    }

    /// How many of the positions start, start + step, … are above the plane.
    private static func voxelsAbove(_ plane: Double, from start: Double, step: Double, count: Int) -> Int {
        let crossing = (plane - start) / step
        let below = min(Double(count), max(0, step > 0 ? crossing.rounded(.down) + 1 : crossing.rounded(.up)))
        return step > 0 ? count - Int(below) : Int(below)
    }

    /// The range of world x of the volume's corner voxels.
    private static func reach(of shape: GridShape, _ affine: Affine) -> ClosedRange<Double> {
        let corners = (0..<8).map { corner in
            affine.world(
                Vector3(
                    corner & 1 == 0 ? 0 : Double(shape.x - 1), corner & 2 == 0 ? 0 : Double(shape.y - 1),
                    corner & 4 == 0 ? 0 : Double(shape.z - 1))
            ).x
        }
        return (corners.min() ?? 0)...(corners.max() ?? 0)
    }
}
