import Domain
import Imaging
import Testing

@testable import Exporters

/// Volumes of one row of voxels, whose label map is a list of values.
@Suite struct LabelComposerTests {
    private static let shape = GridShape(10, 1, 1)

    private func bits(_ text: String) -> BitVolume {
        var bits = BitVolume(Self.shape)
        for (index, letter) in text.enumerated() where letter == "1" { bits[index] = true }
        return bits
    }

    private func compose(
        _ organs: [OrganKey], _ labels: [Label], ontology: Ontology = .standard
    ) async throws -> ComposedLabels {
        let evidence = labels.map {
            OrganEvidence(
                organ: $0.organ, isModelMade: $0.isModelMade, hasMask: $0.foreground != nil, extent: $0.extent)
        }
        let composer = LabelComposer(scheme: try LabelScheme(organs, ontology: ontology), ontology: ontology)
        return try await composer.compose(evidence, shape: Self.shape, caseName: "case") { [self] organ in
            let item = labels.first { $0.organ == organ && $0.foreground != nil }!
            return Mask(foreground: bits(item.foreground!), known: item.known.map(bits))
        }
    }

    private struct Label {
        let organ: OrganKey
        var foreground: String?
        var known: String?
        var extent: VoxelBox?
        var isModelMade = false
    }

    private func text(_ composed: ComposedLabels) -> String {
        (0..<composed.values.count).map { String(composed.values[$0]) }.joined()
    }

    @Test func completeOrgansLeaveNoVoxelUndecided() async throws {
        let map = try await compose(
            ["liver", "spleen"],
            [Label(organ: "liver", foreground: "1100000000"), Label(organ: "spleen", foreground: "0000110000")])
        #expect(text(map) == "1100220000")
        #expect(map.ignored == 0)
        #expect(map.voxels == ["liver": 2, "spleen": 2])
    }

    @Test func whereAnOrganIsUnknownOnlyVoxelsOfOtherOrgansAreDecided() async throws {
        let map = try await compose(["liver", "spleen"], [Label(organ: "liver", foreground: "1100000000")])
        #expect(text(map) == "1133333333")
        #expect(map.ignored == 8)
    }

    @Test func anAbsentOrganIsKnownEverywhere() async throws {
        let map = try await compose(
            ["liver", "spleen"], [Label(organ: "liver", foreground: "1100000000"), Label(organ: "spleen")])
        #expect(text(map) == "1100000000")
    }

    @Test func nothingIsKnownOutsideAnExtent() async throws {
        let box = VoxelBox(lower: Vector3(1, 0, 0), upper: Vector3(6, 1, 1))
        let map = try await compose(["liver"], [Label(organ: "liver", foreground: "0110000000", extent: box)])
        #expect(text(map) == "2110002222")
    }

    @Test func anAnnotationAppliesWithinItsValidityMask() async throws {
        let map = try await compose(["liver"], [Label(organ: "liver", foreground: "1100000000", known: "1011111100")])
        #expect(text(map) == "1200000022")
    }

    @Test func organsThatAreNotExportedExcludeThoseThatAre() async throws {
        let map = try await compose(
            ["liver", "spleen"],
            [
                Label(organ: "liver", foreground: "1100000000"), Label(organ: "pancreas", foreground: "0000000111"),
            ])
        #expect(text(map) == "1133333000")
    }

    @Test func voxelsOfALesionBelongToItsOrgan() async throws {
        let map = try await compose(
            ["liver", "liver_tumour"],
            [
                Label(organ: "liver", foreground: "1101000000"), Label(organ: "liver_tumour", foreground: "0011000000"),
            ])
        #expect(text(map) == "1122000000")
        #expect(map.voxels == ["liver": 4, "liver_tumour": 2])
    }

    @Test func withoutLesionLabelsTheOrganIsUndecidedAndTheRestIsNot() async throws {
        let map = try await compose(["liver", "liver_tumour"], [Label(organ: "liver", foreground: "1100000000")])
        #expect(text(map) == "3300000000")
    }

    @Test func anOrganIsTheUnionOfItsAnnotatedDivisions() async throws {
        let map = try await compose(
            ["kidney"],
            [
                Label(organ: "kidney_left", foreground: "1100000000"),
                Label(organ: "kidney_right", foreground: "0000000011"),
            ])
        #expect(text(map) == "1100000011")
        let half = try await compose(["kidney"], [Label(organ: "kidney_left", foreground: "1100000000")])
        #expect(text(half) == "1122222222")
    }

    @Test func aCompositeLabelExcludesItsDivisionsOutsideIt() async throws {
        let map = try await compose(
            ["kidney_left", "kidney_right", "liver"],
            [Label(organ: "kidney", foreground: "1100000011"), Label(organ: "liver", foreground: "0000110000")])
        #expect(text(map) == "4400330044")
    }

    @Test func pseudoLabelsDecideOnlyUndecidedVoxelsWithinTheirValidityMask() async throws {
        let map = try await compose(
            ["liver", "spleen"],
            [
                Label(organ: "liver", foreground: "1100000000"),
                Label(organ: "spleen", foreground: "0110010000", known: "0110011000", isModelMade: true),
            ])
        #expect(text(map) == "1123320333")
    }

    @Test func voxelsOfTwoExclusiveOrgansAreIgnoredAndCounted() async throws {
        let map = try await compose(
            ["liver", "spleen"],
            [Label(organ: "liver", foreground: "1110000000"), Label(organ: "spleen", foreground: "0011000000")])
        #expect(text(map) == "1132000000")
        #expect(map.contested == 1)
    }

    @Test func overlappingOrgansAreRefusedByName() async throws {
        func organ(_ key: String, _ position: Int) -> Organ {
            Organ(key: OrganKey(rawValue: key), name: key, position: position, code: nil)
        }
        let ontology = Ontology(
            organs: [organ("a", 1), organ("b", 2)], links: [OrganLink(part: "a", whole: "b", relation: .overlaps)])
        let apart = try await compose(
            ["a", "b"], [Label(organ: "a", foreground: "1100000000"), Label(organ: "b", foreground: "0011000000")],
            ontology: ontology)
        #expect(text(apart) == "1122000000")
        await #expect(throws: ExportError.overlap("a", "b", voxels: 1, caseName: "case")) {
            try await compose(
                ["a", "b"], [Label(organ: "a", foreground: "1100000000"), Label(organ: "b", foreground: "0110000000")],
                ontology: ontology)
        }
    }
}
