import Batches
import BatchLibrary
import Domain
import FoundationEssentials
import Glibc
import Imaging
import Plans
import TestSupport
import Testing

/// The C functions give the batches of `Sampler`, bit for bit.
@Suite struct LibraryTests {
    private let cases: CachedCases

    init() throws { cases = try CachedCases(in: TemporaryFolder.make()) }

    private static let settings: [[String: String]] = [
        ["dimensions": "3", "contextSlices": "1", "patch": "[16, 8, 8]", "batch": "4"],
        ["dimensions": "2", "contextSlices": "3", "patch": "[12, 10]", "batch": "3", "intensityJitter": "0"],
        [
            "dimensions": "3", "contextSlices": "1", "patch": "[8, 8, 8]", "batch": "6", "augmentation": "nnUNet",
            "cutMixShare": "0.5", "flipShares": "[1, 0, 0.5]", "elasticShare": "0.5", "missingAsBackground": "false",
        ],
    ]

    @Test(arguments: 0..<3, [(0, 1), (1, 2)])
    func batchesAreThoseOfTheSampler(_ index: Int, _ place: (Int, Int)) throws {
        let settings = try LearningSettings(cases.values(Self.settings[index]))
        let sampler = try cases.sampler(settings, rank: place.0, ranks: place.1)
        let library = try cases.open(Self.settings[index], rank: place.0, ranks: place.1)
        for step in [0, 7, 3] {
            let course = Sampler.Course(seed: .max - 3, round: 2)
            let (wanted, found) = (BatchBuffers(settings), BatchBuffers(settings))
            let origins = try sampler.fill(wanted.memory, step: step, of: course)
            try found.fill(library, seed: course.seed, round: 2, step: Int64(step))
            #expect(found.image == wanted.image)
            #expect(found.states == wanted.states)
            #expect(found.composite == wanted.composite)
            #expect(found.origins == origins.flatMap(BatchBuffers.numbers))
        }
    }

    @Test func memoryOfAnotherSizeIsRefused() throws {
        let library = try cases.open(Self.settings[0])
        let other = BatchBuffers(try LearningSettings(cases.values(Self.settings[1])))
        #expect(throws: LibraryFailure.self) { try other.fill(library) }
        #expect(other.states.allSatisfy { $0 == 99 })
    }

    @Test(arguments: 0..<4, [-1, .min, .max, 1])
    func countsOfOtherMemoryAreRefused(_ index: Int, _ count: Int64) throws {
        let library = try cases.open(Self.settings[0])
        let buffers = BatchBuffers(try LearningSettings(cases.values(Self.settings[0])))
        var counts = buffers.counts
        counts[index] = count
        let failure = #expect(throws: LibraryFailure.self) { try buffers.fill(library, counts: counts) }
        #expect(failure?.status == 1)
        #expect(failure?.message.hasPrefix("the memory has \(counts[0]) values for the image, ") == true)
        #expect(failure?.message.hasSuffix("give 4096, 12288 and 4096, and 20 or none for the origins") == true)
        #expect(buffers.states.allSatisfy { $0 == 99 })
    }

    @Test(arguments: [(-1, 0), (0, -1), (.min, .min)] as [(Int64, Int64)])
    func roundsAndStepsBelowZeroAreRefused(_ round: Int64, _ step: Int64) throws {
        let library = try cases.open(Self.settings[0])
        let buffers = BatchBuffers(try LearningSettings(cases.values(Self.settings[0])))
        #expect(
            throws: LibraryFailure(
                status: 1, message: "the round is \(round) and the step \(step)\ncount both from 0")
        ) { try buffers.fill(library, round: round, step: step) }
    }

    @Test(arguments: [-1, 0, .min, .max, 1 << 16 + 1] as [Int64])
    func countsOfListsOutOfRangeAreRefused(_ count: Int64) throws {
        let refusal = { (name: String) in
            LibraryFailure(status: 1, message: "the number of \(name) is \(count)\ngive 1 to 65536")
        }
        #expect(throws: refusal("organs")) { _ = try LibraryPlan(organs: CachedCases.organs, count: count) }
        let plan = try LibraryPlan(organs: CachedCases.organs)
        #expect(throws: refusal("parts of a composite label")) { try plan.add(compositeOf: [1, 2], count: count) }
    }

    @Test func organsAndPartsAreGivenOnce() throws {
        #expect(
            throws: LibraryFailure(
                status: 1, message: "the organ liver is given twice\ngive each organ once, as the labels have them")
        ) { _ = try LibraryPlan(organs: ["liver", "spleen", "liver"]) }
        let plan = try LibraryPlan(organs: CachedCases.organs)
        for parts in [[1, 1], [0, 3], [-1]] as [[Int64]] {
            #expect(
                throws: LibraryFailure(
                    status: 1,
                    message: "a composite label has the parts \(parts)\ngive each part once, as an index from 0 to 2")
            ) { try plan.add(compositeOf: parts) }
        }
    }

    @Test func filesAreNamedWithTheProblemAndTheRemedy() throws {
        let paths = cases.paths[1]
        var bytes = try Data(contentsOf: URL(filePath: paths.labels))
        bytes.append(0)
        try bytes.write(to: URL(filePath: paths.labels))
        let failure = #expect(throws: LibraryFailure.self) { _ = try cases.open(Self.settings[0]) }
        #expect(failure?.status == 2)
        #expect(failure?.message.hasPrefix("\(paths.labels) is too long: ") == true)
        let remedy = "give the files of one run of lacunad, and this package and lacunad of one release"
        #expect(failure?.message.hasSuffix("\n\(remedy)") == true)
    }

    @Test func aMessageIsCutOffAfterACharacter() throws {
        let plan = try LibraryPlan(organs: ["liver"])
        for (capacity, message) in [(23, "there is no setting ä"), (22, "there is no setting "), (1, "")] {
            #expect(throws: LibraryFailure(status: 1, message: message)) { try plan.set("ä", "1", capacity: capacity) }
        }
    }

    /// A mapped file is locked.
    @Test func freeingUnmapsTheFiles() throws {
        func isMapped() throws -> Bool {
            let file = Glibc.open(cases.paths[0].image, O_RDONLY)
            try #require(file >= 0)
            defer { close(file) }
            return flock(file, LOCK_EX | LOCK_NB) != 0
        }
        let batches = try cases.open(Self.settings[0])
        var areMapped = try withExtendedLifetime(batches) { try isMapped() }
        #expect(areMapped)
        _ = consume batches
        areMapped = try isMapped()
        #expect(!areMapped)
    }

    @Test(arguments: [("learningRate", "1"), ("patch", "[8, 8]"), ("batch", "none"), ("foregroundShare", "2")])
    func settingsThatDoNotConcernBatchesOrAreWrongAreNamed(_ key: String, _ value: String) {
        var settings = Self.settings[0]
        settings[key] = value
        let failure = #expect(throws: LibraryFailure.self) { _ = try cases.open(settings) }
        #expect(failure.map { $0.status == 1 && $0.message.contains(key) } == true)
    }
}
