import Domain
import Phantoms
import Testing

@Suite struct PhantomCaseTests {
    static let grid = PhantomGrid(shape: GridShape(96, 96, 48), spacing: Vector3(4, 4, 5))
    static let cases = (0..<12).map { PhantomCase(seed: 2021, number: $0, grid: grid) }
    static let organs: [OrganKey] = LabelMap.standard("btcv")?.organs ?? []

    /// Mean world position of a mask's voxels, millimetres.
    private func centroid(_ phantom: PhantomCase, _ organ: OrganKey) throws -> Vector3<Double> {
        let mask = phantom.mask(of: organ)
        try #require(!mask.isEmpty, "\(organ) in case \(phantom.number)")
        var sum = Vector3<Double>.zero
        let shape = phantom.grid.shape
        for z in 0..<shape.z {
            for y in 0..<shape.y {
                for x in 0..<shape.x where mask[x, y, z] { sum += Vector3(Double(x), Double(y), Double(z)) }
            }
        }
        return phantom.grid.affine.world(sum / Double(mask.population))
    }

    @Test func isAPureFunctionOfSeedNumberAndGrid() {
        let again = PhantomCase(seed: 2021, number: 5, grid: Self.grid)
        #expect(again.image == Self.cases[5].image && again.structures == Self.cases[5].structures)
        #expect(again.image != PhantomCase(seed: 2022, number: 5, grid: Self.grid).image)
        #expect(again.structures != Self.cases[4].structures)
    }

    @Test func anatomyDoesNotDependOnTheGrid() {
        let fine = PhantomCase(
            seed: 2021, number: 2, grid: PhantomGrid(shape: GridShape(160, 140, 80), spacing: Vector3(2.4, 2.4, 3)))
        for organ in ["liver", "spleen", "kidney_left", "stomach", "pancreas"] as [OrganKey] {
            let (a, b) = (fine.volume(of: organ), Self.cases[2].volume(of: organ))
            #expect(abs(a - b) < 0.12 * a, "\(organ): \(a) and \(b) ml")
        }
    }

    @Test(arguments: 0..<12)
    func organsAreInTheirNormalPlaces(_ number: Int) throws {
        let phantom = Self.cases[number]
        let liver = try centroid(phantom, "liver")
        let spleen = try centroid(phantom, "spleen")
        let right = try centroid(phantom, "kidney_right")
        let left = try centroid(phantom, "kidney_left")
        let stomach = try centroid(phantom, "stomach")
        let pancreas = try centroid(phantom, "pancreas")
        #expect(liver.x > 30 && spleen.x < -70 && right.x > 40 && left.x < -40 && stomach.x < 0)
        #expect(right.y < -20 && left.y < -20 && pancreas.y > right.y && stomach.y > pancreas.y)
        #expect(liver.z > right.z && stomach.z > left.z)
        let adrenals = try (centroid(phantom, "adrenal_gland_right"), centroid(phantom, "adrenal_gland_left"))
        #expect(adrenals.0.x > 0 && adrenals.1.x < 0)
        #expect(try centroid(phantom, "inferior_vena_cava").x > centroid(phantom, "aorta").x)
        if !phantom.mask(of: "gallbladder").isEmpty {
            let gallbladder = try centroid(phantom, "gallbladder")
            #expect(gallbladder.x > 30 && gallbladder.z < liver.z && gallbladder.y > 15)
        }
    }

    @Test(arguments: 0..<12)
    func volumesArePlausible(_ number: Int) {
        let ranges: [(OrganKey, ClosedRange<Double>)] = [
            ("liver", 800...2200), ("spleen", 60...400), ("kidney_right", 80...260), ("kidney_left", 80...260),
            ("stomach", 100...600), ("pancreas", 25...130), ("aorta", 50...200), ("inferior_vena_cava", 40...200),
            ("portal_vein_and_splenic_vein", 6...60), ("esophagus", 4...40), ("adrenal_gland_left", 0.8...10),
            ("adrenal_gland_right", 0.8...10),
        ]
        let phantom = Self.cases[number]
        for (organ, range) in ranges {
            #expect(range.contains(phantom.volume(of: organ)), "\(organ): \(phantom.volume(of: organ)) ml")
        }
        let gallbladder = phantom.volume(of: "gallbladder")
        #expect(gallbladder == 0 || (8...90).contains(gallbladder))
        #expect(phantom.mask(of: "pancreas").population >= 300)
    }

    @Test func patientsDiffer() {
        let missing = (0..<40).filter { number in
            let coarse = PhantomGrid(shape: GridShape(48, 48, 24), spacing: Vector3(8, 8, 10))
            return PhantomCase(seed: 2021, number: number, grid: coarse).mask(of: "gallbladder").isEmpty
        }
        #expect((1...12).contains(missing.count))
        #expect(Set(Self.cases.map(\.phase)) == Set(PhantomPhase.allCases))
        let tumours = Self.cases.filter { !$0.mask(of: "liver_tumour").isEmpty }
        #expect(!tumours.isEmpty && tumours.count < Self.cases.count)
        let volumes = Self.cases.map { $0.volume(of: "spleen") }
        #expect((volumes.max() ?? 0) > 1.3 * (volumes.min() ?? 0))
    }

    @Test func labelsAreDisjointAndLesionsAreInTheirOrgan() throws {
        for phantom in Self.cases.prefix(4) {
            var all = BitVolume(phantom.grid.shape)
            var sum = 0
            for organ in Self.organs {
                let mask = phantom.mask(of: organ)
                sum += mask.population
                all.formUnion(mask)
            }
            #expect(all.population == sum)
            var outside = phantom.mask(of: "liver_tumour")
            outside.subtract(phantom.mask(of: "liver"))
            #expect(outside.isEmpty)
            let map = try #require(LabelMap.standard("msd-task03-liver"))
            let labels = phantom.labels(map)
            #expect(labels.count { $0 != 0 } == phantom.mask(of: "liver").population)
            #expect(labels.count { $0 == 2 } == phantom.mask(of: "liver_tumour").population)
        }
    }

    @Test func attenuationsAreThoseOfCTAndOverlap() throws {
        func values(_ organs: [OrganKey]) -> [Double] {
            Self.cases.flatMap { phantom in
                let masks = organs.map { phantom.mask(of: $0) }
                return phantom.image.indices.filter { i in masks.contains { $0[i] } }.map { Double(phantom.image[$0]) }
            }
        }
        func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
        }
        let pancreas = moments(values(["pancreas"]))
        for other in [["duodenum"], ["small_bowel"], ["liver"], ["spleen"]] as [[OrganKey]] {
            let moments = moments(values(other))
            #expect(abs(pancreas.mean - moments.mean) < pancreas.deviation + moments.deviation, "\(other)")
        }
        #expect((-10...60).contains(moments(values(["gallbladder"])).mean))
        let corner = try #require(Self.cases.first).image.prefix(90).map(Double.init)
        #expect((-1024 ... -960).contains(moments(corner).mean))
        #expect(Self.cases.allSatisfy { ($0.image.min() ?? 0) >= -1024 && ($0.image.max() ?? 0) > 150 })
    }
}
