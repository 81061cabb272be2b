import Domain
import Imaging
import Testing

@testable import Exporters

/// One row of voxels, so that a map is a list of values.
@Suite struct LabelComposerTests {
    private static let shape = GridShape(10, 1, 1)

    private func bits(_ text: String) -> BitVolume {
        var bits = BitVolume(Self.shape)
        for (index, letter) in text.enumerated() where letter == "1" { bits[index] = true }
        return bits
    }

    private func compose(
        _ organs: [OrganKey], _ said: [Said], ontology: Ontology = .standard
    ) throws -> ComposedLabels {
        let evidence = said.map {
            OrganEvidence(
                organ: $0.organ, isModelMade: $0.isModelMade, hasMask: $0.foreground != nil, extent: $0.extent)
        }
        let composer = LabelComposer(scheme: try LabelScheme(organs, ontology: ontology), ontology: ontology)
        return try composer.compose(evidence, shape: Self.shape, caseName: "case") { organ in
            let item = said.first { $0.organ == organ && $0.foreground != nil }!
            return Mask(foreground: bits(item.foreground!), known: item.known.map(bits))
        }
    }

    private struct Said {
        let organ: OrganKey
        var foreground: String?
        var known: String?
        var extent: VoxelBox?
        var isModelMade = false
    }

    private func text(_ composed: ComposedLabels) -> String {
        (0..<composed.values.count).map { String(composed.values[$0]) }.joined()
    }

    @Test func completeOrgansLeaveNothingOpen() throws {
        let map = try compose(
            ["liver", "spleen"],
            [Said(organ: "liver", foreground: "1100000000"), Said(organ: "spleen", foreground: "0000110000")])
        #expect(text(map) == "1100220000")
        #expect(map.ignored == 0)
        #expect(map.voxels == [2, 2])
    }

    @Test func whereAnOrganIsUnknownOnlyAnotherOrgansVoxelsAreDecided() throws {
        let map = try compose(["liver", "spleen"], [Said(organ: "liver", foreground: "1100000000")])
        #expect(text(map) == "1133333333")
        #expect(map.ignored == 8)
    }

    @Test func anAbsentOrganIsKnownEverywhere() throws {
        let map = try compose(
            ["liver", "spleen"], [Said(organ: "liver", foreground: "1100000000"), Said(organ: "spleen")])
        #expect(text(map) == "1100000000")
    }

    @Test func outsideAnExtentNothingIsKnown() throws {
        let box = VoxelBox(lower: Vector3(1, 0, 0), upper: Vector3(6, 1, 1))
        let map = try compose(["liver"], [Said(organ: "liver", foreground: "0110000000", extent: box)])
        #expect(text(map) == "2110002222")
    }

    @Test func anAnnotationIsBelievedWhereItsKnownPlaneSays() throws {
        let map = try compose(["liver"], [Said(organ: "liver", foreground: "1100000000", known: "1011111100")])
        #expect(text(map) == "1200000022")
    }

    @Test func organsThatAreNotWantedDenyThoseThatAre() throws {
        let map = try compose(
            ["liver", "spleen"],
            [
                Said(organ: "liver", foreground: "1100000000"), Said(organ: "pancreas", foreground: "0000000111"),
            ])
        #expect(text(map) == "1133333000")
    }

    @Test func aLesionsVoxelsAreItsOrgans() throws {
        let map = try compose(
            ["liver", "liver_tumour"],
            [
                Said(organ: "liver", foreground: "1101000000"), Said(organ: "liver_tumour", foreground: "0011000000"),
            ])
        #expect(text(map) == "1122000000")
        #expect(map.voxels == [4, 2])
    }

    @Test func whereNobodyLookedForLesionsTheOrganIsOpenAndTheRestIsNot() throws {
        let map = try compose(["liver", "liver_tumour"], [Said(organ: "liver", foreground: "1100000000")])
        #expect(text(map) == "3300000000")
    }

    @Test func anOrganIsTheUnionOfItsAnnotatedDivisions() throws {
        let map = try compose(
            ["kidney"],
            [
                Said(organ: "kidney_left", foreground: "1100000000"),
                Said(organ: "kidney_right", foreground: "0000000011"),
            ])
        #expect(text(map) == "1100000011")
        let half = try compose(["kidney"], [Said(organ: "kidney_left", foreground: "1100000000")])
        #expect(text(half) == "1122222222")
    }

    @Test func aMergedLabelSaysWhereItsDivisionsAreNot() throws {
        let map = try compose(
            ["kidney_left", "kidney_right", "liver"],
            [Said(organ: "kidney", foreground: "1100000011"), Said(organ: "liver", foreground: "0000110000")])
        #expect(text(map) == "4400330044")
    }

    @Test func aModelFillsOnlyWhatPeopleLeftOpenAndOnlyWhereItIsBelieved() throws {
        let map = try compose(
            ["liver", "spleen"],
            [
                Said(organ: "liver", foreground: "1100000000"),
                Said(organ: "spleen", foreground: "0110010000", known: "0110011000", isModelMade: true),
            ])
        #expect(text(map) == "1123320333")
    }

    @Test func whatTwoOrgansClaimOfWhichAVoxelIsOneIsOpenAndCounted() throws {
        let map = try compose(
            ["liver", "spleen"],
            [Said(organ: "liver", foreground: "1110000000"), Said(organ: "spleen", foreground: "0011000000")])
        #expect(text(map) == "1132000000")
        #expect(map.contested == 1)
    }

    @Test func organsThatMayOverlapAndDoAreRefusedByName() throws {
        func organ(_ key: String, _ position: Int) -> Organ {
            Organ(key: OrganKey(rawValue: key), name: key, position: position, code: nil)
        }
        let ontology = Ontology(
            organs: [organ("a", 1), organ("b", 2)], links: [OrganLink(part: "a", whole: "b", relation: .overlaps)])
        let apart = try compose(
            ["a", "b"], [Said(organ: "a", foreground: "1100000000"), Said(organ: "b", foreground: "0011000000")],
            ontology: ontology)
        #expect(text(apart) == "1122000000")
        #expect(throws: ExportError.overlap("a", "b", voxels: 1, caseName: "case")) {
            try compose(
                ["a", "b"], [Said(organ: "a", foreground: "1100000000"), Said(organ: "b", foreground: "0110000000")],
                ontology: ontology)
        }
    }
}
