internal import Domain
internal import Glibc

/// The trunk around the organs: skin, fat, muscles, ribs, spine, lungs and diaphragm.
struct PhantomBody {
    /// Half axes of the body's outline in millimetres, to the side and to the front.
    let halfWidth, halfDepth: Double
    /// Thickness of subcutaneous fat and of the muscle wall in millimetres.
    let fat, wall: Double
    /// Height of the top of the diaphragm on the right in millimetres.
    let dome: Double
    let ribShift: Double
    private let outline: Ripple

    init(_ random: inout PhantomRandom) {
        let size = random.uniform(0.93...1.08)
        fat = random.uniform(8...24)
        wall = random.uniform(11...15)
        halfWidth = 146 * size + fat
        halfDepth = 100 * size + fat
        dome = random.uniform(74...96)
        ribShift = random.uniform(0...24)
        outline = Ripple(wavelength: 260, &random)
    }

    /// Depth below the skin in millimetres, measured towards the middle; negative outside.
    func depth(_ p: Vector3<Double>) -> Double {
        let q = (p.x / halfWidth) * (p.x / halfWidth) + (p.y / halfDepth) * (p.y / halfDepth)
        // Between an ellipse and a rectangle: exponent 2.4 instead of 2.
        let (u, v) = (abs(p.x) / halfWidth, abs(p.y) / halfDepth)
        let level = q < 0.3 ? q.squareRoot() : pow(pow(u, 2.4) + pow(v, 2.4), 1 / 2.4)
        let radius = (p.x * p.x + p.y * p.y).squareRoot()
        return level < 1e-6 ? halfDepth : radius * (1 / level - 1) + 3 * outline(Vector3(p.x, p.y, p.z * 0.3))
    }

    /// Height of the diaphragm at a point of the axial plane; the lungs are above it.
    func diaphragm(_ p: Vector3<Double>) -> Double {
        let right = p.x > 0
        let d = SIMD2((p.x - (right ? 62 : -68)) / 85, (p.y - 8) / 92)
        return (right ? dome : dome - 14) - 62 * min(1.4, (d * d).sum())
    }

    func paint(into painter: inout PhantomPainter) {
        painter.fill(VoxelBox(painter.grid.shape)) { point, _ in structure(point) }
    }

    private func structure(_ p: Vector3<Double>) -> PhantomStructure {
        let depth = depth(p)
        if depth <= 0 { return p.y < -halfDepth - 6 && p.y > -halfDepth - 14 && abs(p.x) < 190 ? .table : .air }
        if depth < 2.5 { return .skin }
        if let spine = spine(p) { return spine }
        let belly = fat * (p.y > 0 ? 1.1 : 0.9)
        if depth < belly { return .fat }
        if depth < belly + wall { return isRib(p, (depth - belly) / wall) ? .rib : .muscle }
        if let muscle = backMuscle(p) { return muscle }
        let above = p.z - diaphragm(p)
        if above > 0 { return above < 4.5 ? .muscle : chest(p) }
        return .visceralFat
    }

    private func spine(_ p: Vector3<Double>) -> PhantomStructure? {
        let body = SIMD2(p.x / 21, (p.y + 52) / 16)
        if (body * body).sum() < 1 { return .vertebra }
        let canal = SIMD2(p.x / 9, (p.y + 76) / 8)
        if (canal * canal).sum() < 1 { return .spinalCord }
        let arch = SIMD2(p.x / 15, (p.y + 76) / 13)
        if (arch * arch).sum() < 1 { return .vertebra }
        // Spinous and transverse processes exist at every other height.
        let process = sin(p.z * 2 * .pi / 32) > -0.1
        if process, abs(p.x) < 3.5, p.y < -84, p.y > -100 { return .vertebra }
        if process, abs(p.x) < 38, abs(p.y + 74) < 4 { return .vertebra }
        return nil
    }

    private func backMuscle(_ p: Vector3<Double>) -> PhantomStructure? {
        let back = SIMD2((abs(p.x) - 30) / 27, (p.y + 82) / 15)
        if (back * back).sum() < 1 { return .muscle }
        let girth = min(20, max(0, 10 - p.z * 0.12))
        let psoas = SIMD2((abs(p.x) - 30 - girth * 0.3) / girth, (p.y + 48) / (girth * 1.1))
        return girth > 0 && (psoas * psoas).sum() < 1 ? .muscle : nil
    }

    private func chest(_ p: Vector3<Double>) -> PhantomStructure {
        let heart = (p - Vector3(-22, 28, dome + 30)) / Vector3(62, 48, 42)
        if (heart * heart).sum() < 1 { return .heart }
        if abs(p.x + 6) < 10 + max(0, 16 - abs(p.y + 8) * 0.3) { return .visceralFat }
        return p.x > 0 ? .lungRight : .lungLeft
    }

    /// Ribs run from the spine forwards and down; `share` is the depth within the muscle wall, 0 to 1.
    private func isRib(_ p: Vector3<Double>, _ share: Double) -> Bool {
        guard abs(share - 0.55) < 0.42, abs(p.x) > 12 else { return false }
        let angle = atan2(p.y + 20, abs(p.x))
        let height = p.z + 34 * (angle + 1.2) + ribShift
        guard height > 34, angle < 0.9 else { return false }
        return abs(height.truncatingRemainder(dividingBy: 28) - 14) < 6
    }
}
