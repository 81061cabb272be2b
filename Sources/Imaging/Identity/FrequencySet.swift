internal import Glibc

/// The spatial frequencies of an image descriptor, in cycles per 512 mm along x, y, z; mirror images count as one.
struct FrequencySet: Sendable {
    /// Cycles per this many millimetres.
    static let period = 512.0
    static let largest = 14
    /// Along z only every third is used: windows of 180 mm cannot resolve closer ones.
    static let stepAlongZ = 3

    let frequencies: [(x: Int, y: Int, z: Int)]
    /// An orthonormal basis of the polynomials up to degree 4 in the three frequencies.
    private let smooth: [[Double]]

    var count: Int { frequencies.count }

    static let standard = FrequencySet(count: 512)

    /// The lowest `count` of 7 to 14 cycles.
    private init(count: Int) {
        var found: [(x: Int, y: Int, z: Int)] = []
        for x in 0...Self.largest {
            for y in 0...Self.largest {
                for z in stride(from: 0, through: Self.largest, by: Self.stepAlongZ) {
                    if (49...196).contains(x * x + y * y + z * z) { found.append((x, y, z)) }
                }
            }
        }
        func radius(_ f: (x: Int, y: Int, z: Int)) -> Int { f.x * f.x + f.y * f.y + f.z * f.z }
        found.sort { (radius($0), $0.x, $0.y, $0.z) < (radius($1), $1.x, $1.y, $1.z) }
        frequencies = Array(found.prefix(count))
        smooth = Self.orthonormal(frequencies)
    }

    /// Removes the smooth part of the logarithm of `power` and scales the rest to ±127; all zero where nothing is left.
    /// - Parameter power: one value per frequency.
    func descriptor(ofPower power: [Double]) -> [Int8] {
        let most = power.max() ?? 0
        guard most > 0 else { return [Int8](repeating: 0, count: count) }
        var rest = power.map { log($0 + 1e-12 * most) }
        for polynomial in smooth {
            let share = zip(rest, polynomial).reduce(0) { $0 + $1.0 * $1.1 }
            for i in rest.indices { rest[i] -= share * polynomial[i] }
        }
        let largest = rest.reduce(0) { max($0, abs($1)) }
        guard largest > 1e-6 else { return [Int8](repeating: 0, count: count) }
        return rest.map { Int8(($0 / largest * 127).rounded()) }
    }

    /// Modified Gram-Schmidt orthonormalisation, each vector processed twice.
    private static func orthonormal(_ frequencies: [(x: Int, y: Int, z: Int)]) -> [[Double]] {
        let degree = 4
        var basis: [[Double]] = []
        for (a, b, c) in (0...degree).flatMap({ a in
            (0...degree - a).flatMap { b in (0...degree - a - b).map { (a, b, $0) } }
        }) {
            var vector = frequencies.map { f in
                pow(Double(f.x) / 14, Double(a)) * pow(Double(f.y) / 14, Double(b)) * pow(Double(f.z) / 14, Double(c))
            }
            for _ in 0..<2 {
                for other in basis {
                    let share = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
                    for i in vector.indices { vector[i] -= share * other[i] }
                }
            }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            basis.append(vector.map { $0 / length })
        }
        return basis
    }
}
