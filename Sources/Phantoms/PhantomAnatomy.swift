internal import Domain
internal import Glibc

/// The organs of one synthetic patient, painted in the order in which they displace each other.
///
/// Positions are in RAS+ millimetres with the middle of the trunk at the origin; the liver is at positive x.
struct PhantomAnatomy {
    static let soft: Set<PhantomStructure> = [.visceralFat]
    static let loose: Set<PhantomStructure> = [
        .visceralFat, .smallBowel, .smallBowelGas, .colonContent, .colonGas, .duodenum,
    ]

    let body: PhantomBody
    let phase: PhantomPhase
    /// Removed in about one patient in eight.
    let hasGallbladder: Bool
    let hasLiverTumour: Bool
    var random: PhantomRandom
    /// Common displacement of all organs of the upper abdomen.
    let shift: Vector3<Double>

    init(seed: UInt64, number: Int) {
        random = PhantomRandom(seed: seed, stream: UInt64(bitPattern: Int64(number)))
        phase = [.portalVenous, .portalVenous, .arterial, .native][Int(random.next() % 4)]
        hasGallbladder = !random.chance(0.12)
        hasLiverTumour = random.chance(0.4)
        body = PhantomBody(&random)
        shift = random.jitter(3) + Vector3(0, 0, 0.6 * (body.dome - 85))
    }

    mutating func paint(into painter: inout PhantomPainter) {
        body.paint(into: &painter)
        paintBowel(into: &painter)
        paintStomach(into: &painter)
        paintLiver(into: &painter)
        paintSpleen(into: &painter)
        paintKidneys(into: &painter)
        paintVessels(into: &painter)
        paintPancreas(into: &painter)
        if hasGallbladder { paintGallbladder(into: &painter) }
    }

    /// A point of the average patient, displaced by the common shift and at random.
    mutating func place(_ x: Double, _ y: Double, _ z: Double, by deviation: Double = 3) -> Vector3<Double> {
        Vector3(x, y, z) + shift + random.jitter(deviation)
    }

    mutating func ripple(_ wavelength: Double) -> Ripple { Ripple(wavelength: wavelength, &random) }

    /// A random factor of about 1 for radii.
    mutating func size(_ deviation: Double = 0.07) -> Double {
        min(1 + 2 * deviation, max(1 - 2 * deviation, 1 + random.normal(deviation)))
    }

    mutating func blob(
        _ centre: Vector3<Double>, _ radii: Vector3<Double>, rotation: (z: Double, x: Double) = (0, 0), dent: Double,
        wavelength: Double
    ) -> Blob {
        Blob(centre: centre, radii: radii * size(), rotation: rotation, dent: dent, ripple: ripple(wavelength))
    }
}

extension PhantomAnatomy {
    private mutating func paintStomach(into painter: inout PhantomPainter) {
        let fill = random.uniform(0.75...1.1)
        let shape = Tube(
            [
                (place(-70, -2, 66), 30 * fill), (place(-68, 22, 40), 32 * fill), (place(-48, 46, 14), 25 * fill),
                (place(-12, 58, 0), 19 * fill), (place(16, 52, 4), 11),
            ], dent: 0.12, ripple: ripple(70))
        let over = Self.loose
        painter.paint(shape, .stomachWall, over: over, inner: (0.84, .stomachContent))
        let surface = shift.y + random.uniform(38...72)
        let bounds = shape.bounds
        painter.fill(painter.grid.box(bounds.lower, bounds.upper)) { point, now in
            now == .stomachContent && point.y > surface ? .stomachGas : now
        }
    }

    private mutating func paintLiver(into painter: inout PhantomPainter) {
        let lobes = [
            blob(place(74, 4, 22), Vector3(70, 78, 84), rotation: (0, -0.15), dent: 0.07, wavelength: 150),
            blob(place(18, 40, 42), Vector3(72, 36, 38), rotation: (-0.2, 0), dent: 0.1, wavelength: 90),
        ]
        let body = body
        let hilum = blob(place(34, 10, -8), Vector3(38, 42, 34), dent: 0.1, wavelength: 60)
        for lobe in lobes {
            let bounds = lobe.bounds
            painter.fill(painter.grid.box(bounds.lower, bounds.upper)) { point, now in
                guard Self.loose.contains(now) || now == .stomachWall, point.z < body.diaphragm(point) - 2 else {
                    return now
                }
                return lobe.level(point) < 1 && hilum.level(point) > 1 ? .liver : now
            }
        }
        for target in [(95, -25, 40), (88, 25, 48), (45, 45, 48), (110, 0, 5)] {
            let end = place(Double(target.0), Double(target.1), Double(target.2), by: 8)
            let vein = Tube(
                [(place(32, -12, 66), 6), (place(50, -2, 50), 5), (end, 2.5)], dent: 0.1, ripple: ripple(40))
            painter.paint(vein, .hepaticVessel, over: [.liver])
        }
        paintLiverLesions(into: &painter)
    }

    private mutating func paintLiverLesions(into painter: inout PhantomPainter) {
        for _ in 0..<Int(random.next() % 3) {
            let centre = place(75, 0, 30, by: 28)
            let radius = random.uniform(5...12)
            painter.paint(
                blob(centre, Vector3(repeating: radius), dent: 0.08, wavelength: 20), .liverCyst,
                over: [.liver, .hepaticVessel])
        }
        guard hasLiverTumour else { return }
        for _ in 0...Int(random.next() % 2) {
            let centre = place(78, 0, 28, by: 22)
            let radius = random.uniform(9...22)
            painter.paint(
                blob(centre, Vector3(radius, radius * 0.9, radius * 1.1), dent: 0.2, wavelength: 25), .liverTumour,
                over: [.liver, .hepaticVessel])
        }
    }

    private mutating func paintSpleen(into painter: inout PhantomPainter) {
        let length = random.uniform(0.82...1.18)
        let shape = blob(
            place(-101, -34, 32), Vector3(27, 45, 48) * length, rotation: (0.35, -0.25), dent: 0.12, wavelength: 70)
        let body = body
        let bounds = shape.bounds
        painter.fill(painter.grid.box(bounds.lower, bounds.upper)) { point, now in
            guard Self.loose.contains(now), point.z < body.diaphragm(point) + 12 else { return now }
            return shape.level(point) < 1 ? .spleen : now
        }
    }

    private mutating func paintKidneys(into painter: inout PhantomPainter) {
        for side in [1.0, -1.0] {
            let (cortex, pelvis, cyst): (PhantomStructure, PhantomStructure, PhantomStructure) =
                side > 0
                ? (.kidneyRight, .kidneyRightPelvis, .kidneyCystRight)
                : (.kidneyLeft, .kidneyLeftPelvis, .kidneyCystLeft)
            let centre = place(side * 62, -44, side > 0 ? -22 : -8, by: 4)
            let shape = blob(centre, Vector3(26, 28, 52), rotation: (side * 0.35, 0.15), dent: 0.06, wavelength: 50)
            painter.paint(shape, cortex, over: Self.loose.union([.liver, .spleen]))
            let sinus = blob(
                centre + Vector3(-side * 14, 5, 0), Vector3(13, 10, 24), rotation: (side * 0.35, 0.15), dent: 0.2,
                wavelength: 25)
            painter.paint(sinus, pelvis, over: [cortex])
            let notch = blob(
                centre + Vector3(-side * 27, 10, 0), Vector3(11, 11, 17), dent: 0.1, wavelength: 25)
            painter.paint(notch, .visceralFat, over: [cortex, pelvis])
            if random.chance(0.3) {
                let wall = centre + Vector3(side * random.uniform(10...24), random.normal(12), random.normal(24))
                let bulge = blob(wall, Vector3(repeating: random.uniform(7...15)), dent: 0.05, wavelength: 30)
                painter.paint(bulge, cyst, over: Self.loose.union([cortex]))
            }
        }
    }

    private mutating func paintPancreas(into painter: inout PhantomPainter) {
        let loop = Tube(
            [
                (place(24, 50, 4), 10), (place(46, 40, 0), 11), (place(54, 20, -22), 12), (place(44, 6, -46), 11),
                (place(8, -4, -52), 10), (place(-26, 6, -46), 10),
            ], dent: 0.15, ripple: ripple(35))
        painter.paint(loop, .duodenum, over: [.visceralFat, .smallBowel, .smallBowelGas, .colonContent, .colonGas])
        let girth = random.uniform(0.95...1.22)
        let gland = Tube(
            [
                (place(34, 16, -24), 13 * girth), (place(30, 22, -8), 14 * girth), (place(12, 30, 4), 9 * girth),
                (place(-20, 26, 14), 10 * girth), (place(-50, 2, 24), 10 * girth), (place(-78, -18, 34), 8 * girth),
            ], dent: 0.22, ripple: ripple(22))
        painter.paint(gland, .pancreas, over: Self.loose.union([.stomachWall]))
    }

    private mutating func paintGallbladder(into painter: inout PhantomPainter) {
        let full = random.uniform(0.8...1.25)
        let shape = blob(
            place(60, 40, -16), Vector3(15, 16, 29) * full, rotation: (0.2, random.uniform(0.3...0.8)), dent: 0.08,
            wavelength: 45)
        painter.paint(shape, .gallbladder, over: Self.loose.union([.liver, .hepaticVessel, .liverCyst, .liverTumour]))
    }
}
