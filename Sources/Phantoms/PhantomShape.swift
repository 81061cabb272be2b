internal import Domain
import Glibc

/// A solid in world millimetres (RAS+).
protocol PhantomShape {
    /// Corners of a box that holds the solid.
    var bounds: (lower: Vector3<Double>, upper: Vector3<Double>) { get }
    /// Below 1 inside, 1 on the surface, above 1 outside; grows from the middle outwards.
    func level(_ point: Vector3<Double>) -> Double
}

/// A smooth random field of amplitude below about 1, made of four plane waves; it dents surfaces and mottles tissue.
struct Ripple {
    private let waves: [Vector3<Double>]
    private let offsets: [Double]

    /// - Parameter wavelength: typical length of a dent in millimetres.
    init(wavelength: Double, _ random: inout PhantomRandom) {
        let number = 2 * Double.pi / wavelength
        waves = (0..<4).map { _ in random.jitter(number / 1.7) }
        offsets = (0..<4).map { _ in random.uniform(0...(2 * Double.pi)) }
    }

    func callAsFunction(_ p: Vector3<Double>) -> Double {
        var sum = 0.0
        for i in 0..<4 { sum += sin((waves[i] * p).sum() + offsets[i]) }
        return sum * 0.35
    }
}

/// A dented ellipsoid, turned about one axis after the other.
struct Blob: PhantomShape {
    let centre: Vector3<Double>
    let radii: Vector3<Double>
    /// Radians about z (positive from right to front) and about x (positive from front to head).
    var turn = (z: 0.0, x: 0.0)
    /// Share of the radius by which the surface is dented.
    var dent = 0.0
    let ripple: Ripple

    var bounds: (lower: Vector3<Double>, upper: Vector3<Double>) {
        let reach = (turn == (0, 0) ? radii : Vector3(repeating: radii.max())) * (1 + dent)
        return (centre - reach, centre + reach)
    }

    func level(_ point: Vector3<Double>) -> Double {
        var d = point - centre
        if turn.z != 0 {
            let (s, c) = (sin(turn.z), cos(turn.z))
            d = Vector3(c * d.x + s * d.y, c * d.y - s * d.x, d.z)
        }
        if turn.x != 0 {
            let (s, c) = (sin(turn.x), cos(turn.x))
            d = Vector3(d.x, c * d.y + s * d.z, c * d.z - s * d.y)
        }
        let q = d / radii
        let distance = (q * q).sum().squareRoot()
        return distance < 1 - dent || distance > 1 + dent ? distance : distance - dent * ripple(point)
    }
}

/// A tube of varying radius along a bent line.
struct Tube: PhantomShape {
    let points: [Vector3<Double>]
    /// One a point, millimetres.
    let radii: [Double]
    var dent = 0.0
    let ripple: Ripple

    /// Bends the line through `knots` smoothly (Catmull and Rom 1974), six steps a piece.
    init(_ knots: [(Vector3<Double>, Double)], dent: Double = 0, ripple: Ripple) {
        var (points, radii): ([Vector3<Double>], [Double]) = ([], [])
        for i in 0..<(knots.count - 1) {
            let p = [max(0, i - 1), i, i + 1, min(knots.count - 1, i + 2)].map { knots[$0].0 }
            for step in 0..<6 {
                let t = Double(step) / 6
                let slope: Vector3<Double> = (p[2] - p[0]) * t
                let square: Vector3<Double> = p[0] * 2 - p[1] * 5 + p[2] * 4 - p[3]
                let cube: Vector3<Double> = (p[1] - p[2]) * 3 + p[3] - p[0]
                let bend: Vector3<Double> = square * (t * t) + cube * (t * t * t)
                points.append((p[1] * 2 + slope + bend) * 0.5)
                radii.append(knots[i].1 + (knots[i + 1].1 - knots[i].1) * t)
            }
        }
        self.points = points + [knots[knots.count - 1].0]
        self.radii = radii + [knots[knots.count - 1].1]
        (self.dent, self.ripple) = (dent, ripple)
    }

    var bounds: (lower: Vector3<Double>, upper: Vector3<Double>) {
        var (lower, upper) = (points[0], points[0])
        for (point, radius) in zip(points, radii) {
            let reach = Vector3(repeating: radius * (1 + dent))
            lower = lower.lowered(to: point - reach)
            upper = upper.raised(to: point + reach)
        }
        return (lower, upper)
    }

    func level(_ point: Vector3<Double>) -> Double {
        var nearest = Double.infinity
        for i in 0..<(points.count - 1) {
            let along = points[i + 1] - points[i]
            let t = min(1, max(0, ((point - points[i]) * along).sum() / max(1e-9, (along * along).sum())))
            let gap = point - points[i] - along * t
            let radius = radii[i] + (radii[i + 1] - radii[i]) * t
            nearest = min(nearest, (gap * gap).sum() / (radius * radius))
        }
        let distance = nearest.squareRoot()
        return distance < 1 - dent || distance > 1 + dent ? distance : distance - dent * ripple(point)
    }
}
