internal import Domain

extension PhantomAnatomy {
    /// Aorta, vena cava, portal and splenic vein, oesophagus, adrenal glands, and vessels without a label.
    mutating func paintVessels(into painter: inout PhantomPainter) {
        let wander = random.normal(3)
        let aorta = Tube(
            [
                (Vector3(-12, -22, 300), 12), (Vector3(-8 + wander, -20, 40), 11), (Vector3(-6, -22, -80), 10),
                (Vector3(-4, -22, -300), 9),
            ],
            ripple: ripple(60))
        painter.paint(aorta, .aorta, over: Self.loose.union([.lungLeft, .muscle, .heart]))
        let cava = Tube(
            [
                (Vector3(24, 0, 110), 13), (Vector3(26, -10, 70) + shift, 13), (Vector3(22, -22, 0), 11),
                (Vector3(18, -24, -300), 11),
            ], dent: 0.15, ripple: ripple(50))
        painter.paint(
            cava, .inferiorVenaCava, over: Self.loose.union([.lungRight, .muscle, .heart, .liver, .hepaticVessel]))
        paintPortalVein(into: &painter)
        let oesophagus = Tube(
            [
                (Vector3(-6, -4, 300), 8), (Vector3(-8, 0, 110) + shift, 8), (place(-30, 6, 76), 8),
                (place(-52, 8, 66), 8),
            ],
            dent: 0.15, ripple: ripple(30))
        painter.paint(oesophagus, .esophagus, over: Self.loose.union([.lungLeft, .muscle, .heart, .liver]))
        for side in [1.0, -1.0] {
            let knee = place(side * 38, -34, side > 0 ? 42 : 40)
            for end in [Vector3(side * 8, -14, -16), Vector3(-side * 4, -16, -16), Vector3(-side * 2, 10, 8)] {
                painter.paint(
                    Tube([(knee, 5.2), (knee + end, 4.2)], ripple: ripple(20)), side > 0 ? .adrenalRight : .adrenalLeft,
                    over: Self.loose.union([.liver, .hepaticVessel]))
            }
        }
    }

    private mutating func paintPortalVein(into painter: inout PhantomPainter) {
        let meeting = place(14, 14, 8)
        let vein = Tube(
            [
                (place(-88, -24, 38), 4.5), (place(-45, -4, 22), 5), (place(-16, 12, 12), 5.5), (meeting, 7),
                (place(34, 12, 26), 7), (place(56, 8, 42), 5.5),
            ], dent: 0.1, ripple: ripple(30))
        painter.paint(vein, .portalVein, over: Self.loose.union([.liver, .hepaticVessel]))
        let mesenteric = [
            Tube([(meeting, 6), (place(14, 18, -40), 5.5), (place(20, 24, -110), 4)], ripple: ripple(30)),
            Tube(
                [(Vector3(-6, -14, 6) + shift, 4), (place(-2, 10, -30), 4), (place(2, 22, -110), 3)], ripple: ripple(30)
            ),
            Tube(
                [(Vector3(-7, -20, 22) + shift, 4.5), (place(-4, -2, 26), 4), (place(30, 4, 30), 3)], ripple: ripple(30)
            ),
        ]
        for vessel in mesenteric { painter.paint(vessel, .otherVessel, over: Self.loose) }
        for side in [1.0, -1.0] {
            let artery = Tube(
                [(Vector3(0, -22, -8) + shift, 4.5), (Vector3(side * 44, -38, -14) + shift, 4)], ripple: ripple(30))
            painter.paint(artery, .otherVessel, over: Self.loose)
        }
    }

    /// Colon and loops of small bowel fill the remaining space, also next to pancreas and gallbladder.
    mutating func paintBowel(into painter: inout PhantomPainter) {
        let reach = body.halfWidth - body.fat - body.wall
        let front = body.halfDepth - body.fat - body.wall
        let colon = [
            [(reach - 30, -8.0, -150.0), (reach - 26, -6, -70), (reach - 34, 30, -38), (50, front - 26, -48)],
            [(50, front - 26, -48), (0, front - 22, -58), (-50, front - 26, -34), (-reach + 26, 10, 2)],
            [(-reach + 26, 10, 2), (-reach + 20, -16, -30), (-reach + 24, -20, -90), (-reach + 34, -10, -150)],
        ]
        for piece in colon {
            let knots = piece.map { (place($0.0, $0.1, $0.2, by: 4), random.uniform(15...22)) }
            let shape = Tube(knots, dent: 0.22, ripple: ripple(28))
            painter.paint(shape, .colonContent, over: Self.soft)
            let gas = random.uniform(-4...10)
            let bounds = shape.bounds
            painter.fill(painter.grid.box(bounds.lower, bounds.upper)) { point, now in
                now == .colonContent && shape.level(point - Vector3(0, gas, 0)) < 0.72 ? .colonGas : now
            }
        }
        for index in 0..<30 {
            let low = index < 22
            let start = place(
                random.uniform(-80...80), random.uniform(-10...(front - 24)),
                low ? random.uniform(-140 ... -45) : random.uniform(-60...10), by: 1)
            let middle = start + random.jitter(22)
            let loop = Tube(
                [(start, random.uniform(8...14)), (middle, random.uniform(8...13)), (middle + random.jitter(18), 9)],
                dent: 0.2, ripple: ripple(30))
            let gassy = random.chance(0.2)
            painter.paint(
                loop, .smallBowel, over: Self.soft, inner: gassy ? (0.7, .smallBowelGas) : nil)
        }
    }
}
