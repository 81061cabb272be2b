internal import Domain
internal import Glibc

/// A solid in world millimetres (RAS+).
protocol PhantomShape {
    /// Corners of a box around the solid.
    var bounds: (lower: Vector3<Double>, upper: Vector3<Double>) { get }
    /// Below 1 inside, 1 on the surface, above 1 outside; increases from the middle outwards.
    func level(_ point: Vector3<Double>) -> Double
}

/// A smooth random field with an amplitude below about 1, the sum of four plane waves; for dented surfaces and mottled
/// tissue.
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

/// A dented ellipsoid, rotated about one axis after the other.
struct Blob: PhantomShape {
    let centre: Vector3<Double>
    let radii: Vector3<Double>
    /// Radians about z (positive from right to front) and about x (positive from front to head).
    var rotation = (z: 0.0, x: 0.0)
    /// Share of the radius by which the surface is dented.
    var dent = 0.0
    let ripple: Ripple

    var bounds: (lower: Vector3<Double>, upper: Vector3<Double>) {
        let reach = (rotation == (0, 0) ? radii : Vector3(repeating: radii.max())) * (1 + dent)
        return (centre - reach, centre + reach)
    }

    func level(_ point: Vector3<Double>) -> Double {
        var d = point - centre
        if rotation.z != 0 {
            let (s, c) = (sin(rotation.z), cos(rotation.z))
            d = Vector3(c * d.x + s * d.y, c * d.y - s * d.x, d.z)
        }
        if rotation.x != 0 {
            let (s, c) = (sin(rotation.x), cos(rotation.x))
            d = Vector3(d.x, c * d.y + s * d.z, c * d.z - s * d.y)
        }
        let q = d / radii
        let distance = (q * q).sum().squareRoot()
        return distance < 1 - dent || distance > 1 + dent ? distance : distance - dent * ripple(point)
    }
}

/// A tube of varying radius along a bent line.
struct Tube: PhantomShape {
    /// The centre line in millimetres, with the tube's radius at each point.
    let points: [(position: Vector3<Double>, radius: Double)]
    var dent = 0.0
    let ripple: Ripple

    /// The line is a smooth curve through `knots` (Catmull and Rom 1974), with six steps per segment.
    init(_ knots: [(Vector3<Double>, Double)], dent: Double = 0, ripple: Ripple) {
        var points: [(position: Vector3<Double>, radius: Double)] = []
        for i in 0..<(knots.count - 1) {
            let p = [max(0, i - 1), i, i + 1, min(knots.count - 1, i + 2)].map { knots[$0].0 }
            for step in 0..<6 {
                let t = Double(step) / 6
                let slope: Vector3<Double> = (p[2] - p[0]) * t
                let square: Vector3<Double> = p[0] * 2 - p[1] * 5 + p[2] * 4 - p[3]
                let cube: Vector3<Double> = (p[1] - p[2]) * 3 + p[3] - p[0]
                let bend: Vector3<Double> = square * (t * t) + cube * (t * t * t)
                let radius = knots[i].1 + (knots[i + 1].1 - knots[i].1) * t
                points.append((position: (p[1] * 2 + slope + bend) * 0.5, radius: radius))
            }
        }
        points.append((position: knots[knots.count - 1].0, radius: knots[knots.count - 1].1))
        self.points = points
        (self.dent, self.ripple) = (dent, ripple)
    }

    var bounds: (lower: Vector3<Double>, upper: Vector3<Double>) {
        var (lower, upper) = (points[0].position, points[0].position)
        for (point, radius) in points {
            let reach = Vector3(repeating: radius * (1 + dent))
            lower = lower.lowered(to: point - reach)
            upper = upper.raised(to: point + reach)
        }
        return (lower, upper)
    }

    func level(_ point: Vector3<Double>) -> Double {
        var nearest = Double.infinity
        for i in 0..<(points.count - 1) {
            let (start, end) = (points[i], points[i + 1])
            let along = end.position - start.position
            let t = min(1, max(0, ((point - start.position) * along).sum() / max(1e-9, (along * along).sum())))
            let gap = point - start.position - along * t
            let radius = start.radius + (end.radius - start.radius) * t
            nearest = min(nearest, (gap * gap).sum() / (radius * radius))
        }
        let distance = nearest.squareRoot()
        return distance < 1 - dent || distance > 1 + dent ? distance : distance - dent * ripple(point)
    }
}
