import Domain
import Imaging
import Phantoms
import TestSupport
import Testing

/// Duplicates are proposed from a score of 0.75; the tables that this suite prints are those of docs/identity.md.
@Suite struct DescriptorTests {
    private static let threshold = 0.75
    private static let grid = PhantomGrid(shape: GridShape(140, 120, 90), spacing: Vector3(2.6, 2.6, 3))
    private static let real = "wasserth__TotalSegmentator/tests/reference_files/example_ct.nii.gz"
    private static let short = "wasserth__TotalSegmentator/tests/reference_files/example_ct_sm.nii.gz"

    /// Scores of each copy with its original, printed one per line.
    private func scores(_ scan: Scan, _ title: String) throws -> [(name: String, score: Double)] {
        let own = try #require(try scan.imageDescriptor())
        return try Scan.copies.map { copy in
            let score = own.score(with: try #require(try copy.make(scan).imageDescriptor())).score
            print("\(title) | \(copy.name) | \((score * 100).rounded() / 100)")
            return (copy.name, score)
        }
    }

    @Test(arguments: [0, 3]) func copiesOfAPhantomAreSimilar(number: Int) throws {
        let scan = Scan(PhantomCase(seed: 7, number: number, grid: Self.grid))
        for (name, score) in try scores(scan, "phantom \(number)") { #expect(score > 0.82, "\(name): \(score)") }
    }

    @Test(.needsRealData(Self.real)) func copiesOfARealScanAreAlike() throws {
        for (name, score) in try scores(Scan(file: RealData.path(Self.real)), "real CT, 336 mm") {
            #expect(score > 0.85, "\(name): \(score)")
        }
    }

    /// The shortest scan that is recognised reliably: 90 mm, and 72 mm of it.
    @Test func copiesOfAShortScanAreAlike() throws {
        for (name, score) in try scores(Scan(file: RealData.path(Self.short)), "real CT, 90 mm") {
            #expect(score > Self.threshold, "\(name): \(score)")
        }
    }

    @Test func differentPatientsAreNotAlike() throws { try expectDifferent(from: Self.short) }

    @Test(.needsRealData(Self.real)) func aTallerScanIsNotLikeOtherPatients() throws {
        try expectDifferent(from: Self.real)
    }

    /// Compares twelve phantoms and a real CT, each with each.
    private func expectDifferent(from file: String) throws {
        var scans: [(String, Scan)] = (0..<12).map {
            ("phantom \($0)", Scan(PhantomCase(seed: 7, number: $0, grid: Self.grid)))
        }
        scans.append(("real CT", try Scan(file: RealData.path(file))))
        let found = try scans.map { ($0.0, try #require(try $0.1.imageDescriptor())) }
        var (largest, largestReal) = (0.0, 0.0)
        for (index, one) in found.enumerated() {
            for other in found[..<index] {
                let score = one.1.score(with: other.1).score
                if one.0.hasPrefix("real") {
                    largestReal = max(largestReal, score)
                } else {
                    largest = max(largest, score)
                }
            }
        }
        print("different phantoms | largest of 66 | \((largest * 100).rounded() / 100)")
        print(
            "real CT of \(scans[12].1.shape.z) slices and phantoms | largest of 12 | \((largestReal * 100).rounded() / 100)"
        )
        #expect(largest < 0.7 && largestReal < 0.4)
    }

    /// Two parts of one patient that do not overlap are two scans.
    @Test(.needsRealData(Self.real)) func partsThatDoNotOverlapAreNotAlike() throws {
        let scan = try Scan(file: RealData.path(Self.real))
        let lower = try #require(try scan.slices(0, 0.45).imageDescriptor())
        let upper = try #require(try scan.slices(0.55, 1).imageDescriptor())
        let score = lower.score(with: upper).score
        print("real CT | its lower and its upper part | \((score * 100).rounded() / 100)")
        #expect(score < 0.4)
    }

    @Test func aSmallImageHasNone() throws {
        let scan = Scan(PhantomCase(seed: 7, number: 1, grid: Self.grid))
        #expect(try scan.slices(0, 0.2).imageDescriptor() == nil)
        #expect(try scan.slices(0, 0.3).imageDescriptor() != nil)
    }

    @Test func aDescriptorIsFifteenHundredBytes() {
        #expect(ImageDescriptor.size == 1536 && ImageDescriptor.version == 1)
    }
}
