import Batches
import Domain
import Learning
import Plans
import Tensors
import Testing

@Suite struct SamplerTests {
    struct Drawn: Hashable, Sendable {
        let origins: [PatchOrigin]
        let image, target, known: [Float]
    }

    private let cases = [
        cubeCase(1, lower: Vector3(4, 4, 3), size: 5), cubeCase(2, lower: Vector3(12, 10, 2), size: 6),
        cubeCase(3, lower: Vector3(2, 2, 2), size: 4, known: false),
    ]

    private func draw(
        _ steps: [Int], _ settings: LearningSettings = smallSettings(), seed: UInt64 = 1,
        cases: [TrainingCase]? = nil
    ) async throws -> [Drawn] {
        let cases = cases ?? self.cases
        return try await tensorThread.run {
            let rule = KnownVoxelRule(organCount: 1, exclusions: [])
            let sampler = try Sampler(cases, settings: settings, rule: rule)
            return try steps.map { step in
                let (batch, origins) = try sampler.batch(step, settings, organs: ["cube"], seed: seed)
                let states = try batch.knowledge()
                return Drawn(
                    origins: origins, image: try batch.image.floats(),
                    target: states.map { VoxelKnowledge.truth($0) == VoxelKnowledge.positive ? 1 : 0 },
                    known: states.map { $0 == VoxelKnowledge.unknown ? 0 : 1 })
            }
        }
    }

    @Test func aStepDependsOnItsNumberAlone() async throws {
        let inOrder = try await draw([0, 1, 2, 3])
        let alone = try await draw([3, 1])
        #expect(alone == [inOrder[3], inOrder[1]])
        #expect(Set(inOrder).count == 4)
        #expect(try await draw([0], seed: 2) != [inOrder[0]])
    }

    @Test func theFirstHalfShowsItsOrgan() async throws {
        for step in try await draw(Array(0..<20)) {
            for (row, origin) in step.origins.enumerated() {
                #expect(origin.caseIndex != 2)
                let target = step.target[row * 256..<(row + 1) * 256]
                if row < 2 {
                    #expect(origin.organ == 0)
                    #expect(target.contains(1))
                } else {
                    #expect(origin.organ == nil)
                }
            }
        }
    }

    @Test func voxelsTargetsAndWeightsMatchTheVolume() async throws {
        let settings = smallSettings { $0.intensityJitter = 0 }
        let drawn = try await draw([0], settings)[0]
        var compared = 0
        for (row, origin) in drawn.origins.enumerated() {
            let item = cases[origin.caseIndex]
            guard case .known(let cube?, _, _) = item.labels[0] else { continue }
            compared += 1
            for (y, x, channel) in [(0, 0, 0), (7, 9, 1), (15, 15, 2)] {
                let z = min(max(origin.box.lower.z + channel - 1, 0), item.shape.z - 1)
                let p = Vector3(origin.box.lower.x + x, origin.box.lower.y + y, z)
                let hounsfield = item.image.withVoxels { Float($0[item.shape.index(p.x, p.y, p.z)]) }
                let value = drawn.image[((row * 3 + channel) * 16 + y) * 16 + x]
                #expect(abs(value - (hounsfield - 40) / 100) < 1e-5)
                let centre = cube[p.x, p.y, origin.box.lower.z]
                #expect(drawn.target[(row * 16 + y) * 16 + x] == (centre ? 1 : 0))
            }
        }
        #expect(compared == drawn.origins.count && compared > 0)
        #expect(drawn.known.allSatisfy { $0 == 1 })
    }

    /// A volume of 24 x 24 voxels in patches of 32 x 32, of which no corner is always the same.
    @Test func aVolumeSmallerThanThePatchIsShiftedAndPaddedWithTheUnknown() async throws {
        let settings = smallSettings {
            $0.patch = [32, 32]
            $0.intensityJitter = 0
        }
        let drawn = try await draw([0], settings, cases: [cases[0]])[0]
        for row in 0..<4 {
            let known = Array(drawn.known[row * 1024..<(row + 1) * 1024])
            let image = Array(drawn.image[row * 3072 + 1024..<row * 3072 + 2048])
            #expect(zip(known, image).allSatisfy { ($0 == 0) == ($1 == -2) })
            #expect(known.reduce(0, +) >= 20 * 20)
        }
        #expect(Set(drawn.origins.map(\.box.lower.x)).count > 1)
    }

    @Test func theBaselineTakesMissingForBackground() async throws {
        let settings = smallSettings {
            $0.missingAsBackground = true
            $0.foregroundShare = 0
        }
        let two = cases[..<2].map { item in
            var copy = item
            copy.labels.append(.unknown)
            return copy
        }
        let (known, target) = try await tensorThread.run {
            let rule = KnownVoxelRule(organCount: 2, exclusions: [])
            let sampler = try Sampler(two, settings: settings, rule: rule)
            let batch = try sampler.batch(0, settings, organs: ["cube", "other"]).batch
            let organs = try batch.knowledge().enumerated()
            func count(_ isCounted: (UInt8) -> Bool) -> [Int] {
                organs.reduce(into: [0, 0]) { $0[$1.offset / 256 % 2] += isCounted($1.element) ? 1 : 0 }
            }
            return (count { $0 != VoxelKnowledge.unknown }, count { $0 == VoxelKnowledge.positive })
        }
        #expect(known == [1024, 1024])
        #expect(target[1] == 0)
    }

    /// A volume without any label is not background.
    @Test func theBaselineDrawsNoVolumeWithoutALabel() async throws {
        let settings = smallSettings { ($0.missingAsBackground, $0.foregroundShare) = (true, 0) }
        let drawn = try await draw(Array(0..<20), settings)
        #expect(Set(drawn.flatMap { $0.origins.map(\.caseIndex) }) == [0, 1])
        await #expect(throws: BatchError.nothingToLearn) {
            _ = try await draw([0], settings, cases: [cases[2]])
        }
    }

    @Test func nothingKnownIsAnError() async {
        await #expect(throws: BatchError.nothingToLearn) {
            _ = try await draw([0], cases: [cases[2]])
        }
    }

    @Test func aMaskOnAnotherGridIsAnError() async {
        var wrong = cases[0]
        wrong.labels = [.known(foreground: BitVolume(GridShape(3, 3, 3)))]
        await #expect(throws: BatchError.self) { _ = try await draw([0], cases: [wrong]) }
    }
}
