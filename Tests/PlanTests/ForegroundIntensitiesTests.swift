import Plans
import Testing

@Suite struct ForegroundIntensitiesTests {
    private func counts(_ values: [Int: Int]) -> [Int] {
        ForegroundIntensities.range.map { values[$0] ?? 0 }
    }

    @Test func percentilesMeanAndDeviationAreThoseOfTheVoxels() {
        var intensities = ForegroundIntensities()
        // 1000 voxels: 5 of −100, 990 from 1 to 99 evenly, 5 of 900.
        var values = Dictionary(uniqueKeysWithValues: (1...99).map { ($0, 10) })
        (values[-100], values[900]) = (4, 6)
        intensities.add(counts(values))
        #expect(intensities.quantile(0.005) == 1 && intensities.quantile(0.995) == 900)
        #expect(intensities.voxels == 1000 && intensities.volumes == 1)
        let mean = (Double(-400 + 5400) + 10 * 4950) / 1000
        #expect(abs(intensities.mean - mean) < 1e-9)
    }

    @Test func eachVolumeHasTheSameWeight() {
        var intensities = ForegroundIntensities()
        intensities.add(counts([0: 1_000_000]))
        intensities.add(counts([100: 1]))
        #expect(intensities.mean == 50 && intensities.deviation == 50)
        intensities.add(counts([:]))
        #expect(intensities.volumes == 2, "a volume without voxels has no weight")
    }
}
