internal import CNIfTI
public import Domain

/// The correspondence of stored axes to the patient's axes: one of 48 permutations with flips.
///
/// Canonical order is RAS+: x grows to the right, y to the front, z to the head.
public struct Orientation: Hashable, Sendable, CustomStringConvertible {
    /// For each canonical axis (x, y, z): the index (0, 1, 2) of the stored axis along it.
    public let storedAxis: Vector3<Int>
    /// For each canonical axis: +1 where the stored axis has the same direction, -1 where it has the opposite one.
    public let direction: Vector3<Int>

    public static let ras = Orientation(storedAxis: Vector3(0, 1, 2), direction: Vector3(1, 1, 1))

    /// All 48.
    public static let all: [Orientation] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].flatMap {
        axes in
        (0..<8).map { flips in
            Orientation(
                storedAxis: Vector3(axes), direction: Vector3((0..<3).map { flips >> $0 & 1 == 0 ? 1 : -1 }))
        }
    }

    init(storedAxis: Vector3<Int>, direction: Vector3<Int>) {
        (self.storedAxis, self.direction) = (storedAxis, direction)
    }

    /// The permutation with flips that is closest to `affine` (libnifti's `nifti_dmat44_to_orientation`); nil if
    /// singular.
    public init?(closestTo affine: Affine) {
        var (i, j, k): (Int32, Int32, Int32) = (0, 0, 0)
        nifti_dmat44_to_orientation(affine.dmat44, &i, &j, &k)
        self.init(codes: [i, j, k].map(Int.init))
    }

    /// Parses three letters, one per stored axis, each the side to which it runs: `RAS`, `LPS`, `PIR`, …; nil for
    /// others.
    public init?(_ letters: some StringProtocol) {
        let codes = letters.compactMap { letter in
            "RLAPSI".firstIndex(of: letter).map { "RLAPSI".distance(from: "RLAPSI".startIndex, to: $0) + 1 }
        }
        guard codes.count == letters.count else { return nil }
        self.init(codes: codes)
    }

    /// libnifti's codes: 1 L2R, 2 R2L, 3 P2A, 4 A2P, 5 I2S, 6 S2I, one per stored axis.
    private init?(codes: [Int]) {
        guard codes.count == 3, codes.allSatisfy({ (1...6).contains($0) }) else { return nil }
        var (axis, sign) = (Vector3(repeating: -1), Vector3(repeating: 1))
        for (stored, code) in codes.enumerated() {
            axis[(code - 1) / 2] = stored
            sign[(code - 1) / 2] = code % 2 == 1 ? 1 : -1
        }
        guard axis.min() >= 0 else { return nil }
        self.init(storedAxis: axis, direction: sign)
    }

    /// Three letters, one per stored axis, each the side to which it runs, as nibabel's axis codes.
    public var description: String {
        let letters: [[Character]] = [["R", "L"], ["A", "P"], ["S", "I"]]
        return String(
            (0..<3).map { stored in
                let axis = (0..<3).first { storedAxis[$0] == stored }!
                return letters[axis][direction[axis] > 0 ? 0 : 1]
            })
    }

    /// The orientation in which the same voxels are flipped along a canonical axis (0 to 2).
    func mirrored(along axis: Int) -> Orientation {
        var direction = direction
        direction[axis] = -direction[axis]
        return Orientation(storedAxis: storedAxis, direction: direction)
    }

    /// The shape in canonical order of a stored shape.
    public func canonical(_ stored: GridShape) -> GridShape {
        GridShape(stored[storedAxis.x], stored[storedAxis.y], stored[storedAxis.z])
    }

    /// The canonical grid's affine: the same world positions, axes permuted and flipped.
    public func canonical(_ affine: Affine, storedShape: GridShape) -> Affine {
        var origin = Vector3<Double>.zero
        for axis in 0..<3 where direction[axis] < 0 {
            origin[storedAxis[axis]] = Double(storedShape[storedAxis[axis]] - 1)
        }
        return Affine(
            columns: (0..<3).map { affine.columns[storedAxis[$0]] * Double(direction[$0]) },
            translation: affine.world(origin))
    }

    /// The inverse: shape and affine in stored order of a grid given in canonical order.
    public func stored(shape: GridShape, affine: Affine) -> (shape: GridShape, affine: Affine) {
        var sizes = [0, 0, 0]
        var columns = [Vector3<Double>](repeating: .zero, count: 3)
        var first = Vector3<Double>.zero
        for axis in 0..<3 {
            sizes[storedAxis[axis]] = shape[axis]
            columns[storedAxis[axis]] = affine.columns[axis] * Double(direction[axis])
            if direction[axis] < 0 { first[axis] = Double(shape[axis] - 1) }
        }
        return (GridShape(sizes[0], sizes[1], sizes[2]), Affine(columns: columns, translation: affine.world(first)))
    }

    /// The offsets of canonical voxels in the stored array.
    func walk(_ stored: GridShape) -> VoxelWalk {
        let strides = [1, stored.x, stored.x * stored.y]
        let steps = Vector3((0..<3).map { strides[storedAxis[$0]] * direction[$0] })
        let base = (0..<3).reduce(0) {
            direction[$1] < 0 ? $0 + strides[storedAxis[$1]] * (stored[storedAxis[$1]] - 1) : $0
        }
        return VoxelWalk(shape: canonical(stored), base: base, steps: steps)
    }
}

/// Traverses one array in the order of another: element (x, y, z) is at `base + x·steps.x + y·steps.y + z·steps.z`.
struct VoxelWalk {
    let shape: GridShape
    let base: Int
    let steps: Vector3<Int>
}

extension Affine {
    var dmat44: nifti_dmat44 {
        var matrix = nifti_dmat44()
        let (a, b, c, t) = (columns[0], columns[1], columns[2], translation)
        matrix.m.0 = (a.x, b.x, c.x, t.x)
        matrix.m.1 = (a.y, b.y, c.y, t.y)
        matrix.m.2 = (a.z, b.z, c.z, t.z)
        matrix.m.3 = (0, 0, 0, 1)
        return matrix
    }

    init(_ matrix: nifti_dmat44) {
        let (x, y, z) = (matrix.m.0, matrix.m.1, matrix.m.2)
        self.init(
            columns: [Vector3(x.0, y.0, z.0), Vector3(x.1, y.1, z.1), Vector3(x.2, y.2, z.2)],
            translation: Vector3(x.3, y.3, z.3))
    }
}
