import Domain
import Testing

@testable import Exporters

@Suite struct LabelSchemeTests {
    @Test func separateOrgansHaveOneValueEach() throws {
        let scheme = try LabelScheme(["spleen", "liver"])
        #expect(scheme.organs == ["spleen", "liver"], "in the order requested")
        #expect(scheme.values == [1, 2])
        #expect(!scheme.hasRegions)
        #expect(scheme.ignoreValue == 3)
    }

    @Test func anOrganContainsItsLesionAndComesBeforeIt() throws {
        let scheme = try LabelScheme(["liver_tumour", "liver"])
        #expect(scheme.organs == ["liver", "liver_tumour"])
        #expect(scheme.region(of: 0) == [1, 2])
        #expect(scheme.region(of: 1) == [2])
        #expect(scheme.regionsClassOrder == [1, 2])
        #expect(scheme.ignoreValue == 3)
    }

    @Test func aWholeOfExportedDivisionsHasNoValueOfItsOwn() throws {
        let scheme = try LabelScheme(["kidney_left", "kidney", "kidney_right"])
        #expect(scheme.organs == ["kidney", "kidney_left", "kidney_right"])
        #expect(scheme.values == [nil, 1, 2])
        #expect(scheme.region(of: 0) == [1, 2])
        #expect(scheme.regionsClassOrder == [1, 1, 2])
    }

    @Test func invalidOrganListsAreRefused() {
        #expect(throws: ExportError.noOrgans) { try LabelScheme([]) }
        #expect(throws: ExportError.repeatedOrgan("liver")) { try LabelScheme(["liver", "liver"]) }
        let many = (0..<300).map { OrganKey("o\($0)") }
        #expect(throws: ExportError.tooManyOrgans(300)) { try LabelScheme(many) }
    }

    @Test func wholesThatShareAPartNeedItsValue() throws {
        func organ(_ key: String, _ position: Int) -> Organ {
            Organ(key: OrganKey(rawValue: key), name: key, position: position, code: nil)
        }
        let ontology = Ontology(
            organs: ["a", "b", "c"].enumerated().map { organ($1, $0 + 1) },
            links: [
                OrganLink(part: "c", whole: "a", relation: .within),
                OrganLink(part: "c", whole: "b", relation: .within),
            ])
        #expect(throws: ExportError.inseparable("a", "b", shared: "c")) {
            try LabelScheme(["a", "b"], ontology: ontology)
        }
        let scheme = try LabelScheme(["a", "b", "c"], ontology: ontology)
        #expect(scheme.region(of: 0) == [1, 3])
        #expect(scheme.region(of: 1) == [2, 3])
    }
}
