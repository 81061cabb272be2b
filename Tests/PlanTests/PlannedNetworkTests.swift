import Domain
import Plans
import Testing

@Suite struct PlannedNetworkTests {
    private func grid(_ x: Int, _ y: Int, _ z: Int, spacing: Double = 1, volumes: Int = 100) -> PlannedGrid {
        PlannedGrid(
            (0..<volumes).map { _ in
                PlannedGrid.Volume(shape: GridShape(x, y, z), spacing: Vector3(1, 1, spacing))
            })
    }

    private func network(_ grid: PlannedGrid, _ gigabytes: Double, organs: Int = 3) throws -> PlannedNetwork {
        try PlannedNetwork(
            grid, organs: organs, contextSlices: grid.dimensions == 2 ? 5 : 1, bytes: Int(gigabytes * 1e9))
    }

    @Test func aWholeVolumeThatFitsIsThePatch() throws {
        let network = try network(grid(60, 62, 33), 64)
        // 33 can be halved three times with 4 left: 4 levels, multiples of 8.
        #expect(network.patch == [64, 64, 40] && network.wholePatch == network.patch)
        #expect(network.widths == [32, 64, 128, 256])
        #expect(network.batch > 2, "the rest of the memory")
        #expect(network.bytes <= 64_000_000_000)
    }

    @Test func levelsStopAtFourVoxelsAndChannelsAt320() throws {
        let network = try network(grid(128, 128, 128), 1000)
        #expect(network.patch == [128, 128, 128] && network.widths == [32, 64, 128, 256, 320, 320])
    }

    @Test func thePatchShrinksAlongItsLongestAxis() throws {
        let network = try network(grid(200, 100, 80), 12)
        #expect(network.batch == 2 && network.bytes <= 12_000_000_000)
        #expect(network.patch[0] < 200 && network.patch[0] >= network.patch[2], "\(network.patch)")
        #expect(network.widths[0] == 32)
    }

    /// Everything that the rules join holds, whatever the volumes and the memory; more memory gives no smaller patch of one width.
    @Test func everyPlanIsOneThatRunsTake() throws {
        for shape in [(512, 512, 300), (512, 512, 40), (320, 320, 20), (90, 500, 90), (17, 33, 70), (30, 40, 12)] {
            for gigabytes in [0.5, 0.8, 1.5, 3, 8, 40, 200] {
                let grid = grid(shape.0, shape.1, shape.2, spacing: shape.2 < 100 && shape.0 > 300 ? 5 : 1)
                let network = try network(grid, gigabytes, organs: 13)
                var settings = LearningSettings()
                (settings.dimensions, settings.patch) = (grid.dimensions, network.patch)
                settings.contextSlices = grid.dimensions == 2 ? 5 : 1
                (settings.widths, settings.batch) = (network.widths, network.batch)
                try settings.validate()
                #expect(network.bytes <= Int(gigabytes * 1e9) && network.batch >= 2)
                let edge = network.patch.min()! >> (network.levels - 1)
                #expect(edge >= 4, "\(shape) \(gigabytes) \(network)")
            }
        }
    }

    /// Edges that are rounded up may have another level, which asks more of the others.
    @Test func everyEdgeGivesAPatchThatRunsTake() throws {
        for edge in 17...130 {
            let network = try network(grid(edge, edge + 14, edge + 3, spacing: 1), 60, organs: 3)
            var settings = LearningSettings()
            (settings.dimensions, settings.contextSlices) = (3, 1)
            (settings.patch, settings.widths, settings.batch) = (network.patch, network.widths, network.batch)
            #expect(throws: Never.self, "\(edge) \(network.patch)") { try settings.validate() }
        }
    }

    @Test func littleMemoryMakesTheNetworkNarrower() throws {
        let (much, little) = (try network(grid(256, 256, 256), 20), try network(grid(256, 256, 256), 1.5))
        #expect(much.widths[0] == 32 && little.widths[0] < 32)
        #expect(little.patch.allSatisfy { $0 >= 16 })
    }

    @Test func tooLittleMemoryIsNamed() throws {
        let error = #expect(throws: PlannedNetwork.TooLittleMemory.self) { try network(grid(256, 256, 256), 0.1) }
        let needed = try #require(error?.needed)
        #expect(needed > 200_000_000)
        _ = try network(grid(256, 256, 256), Double(needed) / 1e9)
    }

    @Test func aBatchShowsAtMostATwentiethOfTheVoxels() throws {
        let few = try network(grid(32, 32, 32, volumes: 60), 100)
        #expect(few.batch == 3 && few.isBatchLimitedByVolumes)
        let one = try network(grid(32, 32, 32, volumes: 1), 100)
        #expect(one.batch == 2, "at least two")
        let many = try network(grid(32, 32, 32, volumes: 100_000), 1000)
        #expect(many.batch == 256 && !many.isBatchLimitedByVolumes)
    }

    /// Peaks of `lacunad benchmark step` in bytes, Debian's libtorch 1.13 on AVX-512, in the order of the arguments of `StepMemory`.
    private static let measured: [(StepMemory, Int)] = [
        (
            .init(dimensions: 3, inputChannels: 1, widths: [8, 16], organs: 1, patch: [16, 16, 16], batch: 2),
            214_786_048
        ),
        (
            .init(dimensions: 3, inputChannels: 1, widths: [8, 16], organs: 13, patch: [64, 64, 64], batch: 2),
            865_509_376
        ),
        (
            .init(
                dimensions: 3, inputChannels: 1, widths: [16, 32, 64, 128], organs: 8, patch: [64, 64, 64], batch: 4),
            2_488_795_136
        ),
        (
            .init(
                dimensions: 3, inputChannels: 1, widths: [32, 64, 128, 256, 320], organs: 40, patch: [64, 64, 64],
                batch: 2),
            3_081_617_408
        ),
        (
            .init(
                dimensions: 3, inputChannels: 1, widths: [16, 32, 64, 128], organs: 3, patch: [96, 96, 96], batch: 2),
            4_693_389_312
        ),
        (
            .init(
                dimensions: 3, inputChannels: 1, widths: [32, 64, 128, 256, 320], organs: 3, patch: [96, 96, 96],
                batch: 2),
            5_217_570_816
        ),
        (
            .init(
                dimensions: 3, inputChannels: 1, widths: [32, 64, 128, 256, 320], organs: 3, patch: [128, 128, 128],
                batch: 1
            ), 5_748_674_560
        ),
        (
            .init(
                dimensions: 2, inputChannels: 5, widths: [32, 64, 128, 256, 320, 320], organs: 3, patch: [256, 256],
                batch: 8),
            3_174_445_056
        ),
        (
            .init(
                dimensions: 2, inputChannels: 5, widths: [32, 64, 128, 256, 320, 320, 320], organs: 13,
                patch: [512, 512],
                batch: 2), 3_376_173_056
        ),
    ]

    @Test func theEstimateBoundsMeasuredSteps() {
        for (memory, peak) in Self.measured {
            #expect(memory.bytes >= peak, "\(memory)")
            #expect(Double(memory.bytes) < 1.8 * Double(peak) + 1e8, "a bound that is of use: \(memory)")
        }
    }
}
