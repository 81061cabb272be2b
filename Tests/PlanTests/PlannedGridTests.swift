import Domain
import Plans
import Testing

@Suite struct PlannedGridTests {
    private func volume(_ x: Int, _ y: Int, _ z: Int, _ spacing: (Double, Double, Double)) -> PlannedGrid.Volume {
        PlannedGrid.Volume(shape: GridShape(x, y, z), spacing: Vector3(spacing.0, spacing.1, spacing.2))
    }

    @Test func spacingIsTheMedianOfEachAxis() {
        let grid = PlannedGrid([
            volume(200, 200, 100, (1, 1, 2)), volume(100, 100, 100, (2, 2, 1)), volume(300, 300, 90, (0.8, 0.8, 2.5)),
        ])
        #expect(grid.spacing == Vector3(1, 1, 2) && grid.coarseAxis == nil)
        // By hand: 200, 200 and 240 voxels of 1 mm; 100, 50 and 112.5 → 113 slices of 2 mm.
        #expect(grid.shape == Vector3(200, 200, 100))
        #expect(grid.nativeShape == Vector3(200, 200, 100))
        #expect(grid.voxels == Double(200 * 200 * 100 + 200 * 200 * 50 + 240 * 240 * 113))
        #expect(grid.dimensions == 3)
    }

    @Test func ofAnEvenNumberItIsTheMiddle() {
        let grid = PlannedGrid([volume(64, 64, 64, (1, 1, 1)), volume(64, 64, 64, (2, 1, 1.5))])
        #expect(grid.spacing == Vector3(1.5, 1, 1.25))
    }

    /// The 10th percentile of 1, 5, 5, …, 5 (11 volumes) is 5; of 1, 2, 5, …, 5 it is 2.
    @Test func aCoarseAxisHasTheTenthPercentile() {
        let thick = (0..<9).map { _ in volume(400, 400, 60, (0.8, 0.8, 5)) }
        let thin = [volume(400, 400, 300, (0.8, 0.8, 1)), volume(400, 400, 150, (0.8, 0.8, 2))]
        let grid = PlannedGrid(thick + thin)
        #expect(grid.coarseAxis == 2 && grid.spacing == Vector3(0.8, 0.8, 2) && grid.medianSpacing.z == 5)
        #expect(grid.shape == Vector3(400, 400, 150))
        #expect(grid.dimensions == 3, "2.5 times as thick as wide")
        let onlyThick = PlannedGrid(thick)
        #expect(onlyThick.coarseAxis == 2 && onlyThick.spacing.z == 5 && onlyThick.dimensions == 2)
    }

    /// nnU-Net asks for both: long voxels, and few of them.
    @Test func longVoxelsThatAreManyAreNotCoarse() {
        let grid = PlannedGrid([volume(100, 100, 50, (1, 1, 4)), volume(100, 100, 50, (1, 1, 3.5))])
        #expect(grid.coarseAxis == nil && grid.spacing.z == 3.75 && grid.dimensions == 2)
    }

    @Test func theTenthPercentileIsNoFinerThanTheOtherAxes() {
        let volumes =
            (0..<5).map { _ in volume(400, 400, 60, (0.8, 0.8, 5)) } + [volume(400, 400, 900, (0.8, 0.8, 0.3))]
        let two = PlannedGrid(volumes + [volume(400, 400, 900, (0.8, 0.8, 0.3))])
        #expect(two.coarseAxis == 2 && two.spacing.z == 0.8)
    }

    @Test func fewSlicesArePlannedIn2D() {
        #expect(PlannedGrid([volume(64, 64, 15, (1, 1, 1))]).dimensions == 2)
        #expect(PlannedGrid([volume(64, 64, 16, (1, 1, 1))]).dimensions == 3)
    }

    @Test func aCoarseAxisInThePlaneIsNamed() {
        let grid = PlannedGrid([volume(300, 40, 300, (1, 6, 1))])
        #expect(grid.coarseAxis == 1 && grid.dimensions == 3)
    }

    @Test func theOrderOfVolumesDoesNotMatter() {
        var volumes: [PlannedGrid.Volume] = []
        for i in 1...9 {
            let thickness = 0.5 * Double(i)
            volumes.append(volume(50 + 7 * i, 60 + 5 * i, 30 + 3 * i, (0.7, 0.7, thickness)))
        }
        #expect(PlannedGrid(volumes) == PlannedGrid(volumes.reversed()))
    }
}
