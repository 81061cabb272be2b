import Domain
import Foundation
import TestSupport
import Testing

@Suite struct OntologyTests {
    let ontology = Ontology.standard

    @Test func isConsistent() {
        #expect(ontology.validate() == [])
        #expect(ontology.organs.map(\.position) == Array(1...ontology.organs.count))
    }

    @Test func coversTheReleases() throws {
        let paper: [OrganKey] = [
            "liver", "spleen", "kidney_right", "kidney_left", "stomach", "gallbladder", "pancreas",
        ]
        #expect(ontology.organs.prefix(7).map(\.key) == paper)
        let btcv = try #require(LabelMap.standard("btcv"))
        #expect(btcv.entries.map(\.value) == Array(1...13))
        #expect(Set(btcv.organs) == Set(ontology.organs.prefix(13).map(\.key)))
        let total = try #require(LabelMap.standard("totalsegmentator-v2"))
        #expect(total.entries.map(\.value) == Array(1...117))
        #expect(Set(total.organs) == Set(ontology.organs.prefix(117).map(\.key)))
        #expect(total.entries.allSatisfy { $0.organs == [OrganKey($0.name)] })
    }

    @Test func everyMapNamesKnownOrgansOnce() {
        #expect(LabelMap.standard.count == 29)
        for map in LabelMap.standard {
            #expect(Set(map.entries.map(\.value)).count == map.entries.count, "\(map.release)")
            for organ in map.organs { #expect(ontology[organ] != nil, "\(map.release): \(organ)") }
        }
    }

    @Test func codes() throws {
        let right = try #require(ontology["kidney_right"])
        #expect(right.code == OrganCode(category: "123037004", type: "64033007", modifier: "24028007"))
        #expect(right.laterality == .right)
        #expect(ontology["aorta"]?.laterality == Laterality.none)
        let tumour = try #require(ontology["liver_tumour"])
        #expect(tumour.isLesion && tumour.host == "liver")
        #expect(tumour.code == OrganCode(category: "49755003", type: "108369006"))
        #expect(tumour.regionCode?.type == "10200004")
        #expect(ontology["kidney_cyst_left"]?.regionCode?.modifier == "7771000")
        for organ in ontology.organs.prefix(117) { #expect(organ.code != nil, "\(organ.key)") }
    }

    @Test(
        arguments: [
            ("arota", "aorta"), ("postcava", "inferior_vena_cava"), ("gall_bladder", "gallbladder"),
            ("gall bladder", "gallbladder"), ("Gall-Bladder", "gallbladder"), ("right kidney", "kidney_right"),
            ("left_kidney", "kidney_left"), ("kidneyR", "kidney_right"), ("prostate/uterus", "prostate_or_uterus"),
            ("Head_of_femur_L", "femoral_head_left"), ("bladder", "urinary_bladder"), ("adrenal", "adrenal_gland"),
            ("right adrenal gland", "adrenal_gland_right"), ("kidney (both)", "kidney"), ("oesophagus", "esophagus"),
            ("liver_tumor", "liver_tumour"), ("vertebrae_L5", "vertebrae_L5"), ("intestine", "small_bowel"),
        ] as [(String, OrganKey)])
    func spelling(_ text: String, _ key: OrganKey) { #expect(ontology.organ(named: text)?.key == key) }

    @Test func ambiguousSpellingsResolveToNothing() {
        for text in ["cancer", "vena cava", "both", ""] { #expect(ontology.organ(named: text) == nil) }
    }

    @Test func partsAndWholes() {
        #expect(
            ontology.parts(of: "kidney") == [
                "kidney_right", "kidney_left", "kidney_cyst_left", "kidney_cyst_right", "kidney_tumour", "kidney_cyst",
            ])
        #expect(ontology.divisions(of: "lung") == ["lung_left", "lung_right"])
        #expect(ontology.parts(of: "lung").count == 8, "two sides, five lobes, the tumour")
        #expect(ontology.leaves(of: "lung").count == 5)
        #expect(Set(ontology.wholes(of: "rib_left_3")) == ["rib_left", "rib", "bone"])
        #expect(ontology.parts(of: "vertebrae").count == 3 + 7 + 12 + 5)
        #expect(ontology.divisions(of: "liver") == [])
        #expect(ontology.parts(of: "liver") == ["liver_tumour", "hepatic_vessel"])
        #expect(ontology.leaves(of: "liver") == ["liver"])
        #expect(ontology.leaves.contains("liver_tumour") && !ontology.leaves.contains("kidney"))
    }

    @Test(
        arguments: [
            ("liver", "spleen", true), ("liver", "liver", false), ("kidney", "kidney_left", false),
            ("kidney_left", "kidney_right", true), ("kidney", "liver", true), ("liver", "liver_tumour", false),
            ("liver_tumour", "spleen", true), ("liver_tumour", "pancreas_tumour", false), ("tumour", "liver", false),
            ("kidney_cyst_left", "kidney_left", false), ("kidney_cyst_left", "kidney", false),
            ("kidney_cyst_left", "kidney_right", true), ("kidney_cyst", "kidney_left", false),
            ("kidney_tumour", "kidney_right", false),
            ("rib_left", "rib", false), ("rib_left", "rib_right", true), ("bone", "rib_left_3", false),
            ("vertebrae_S1", "sacrum", false), ("vertebrae_S1", "vertebrae_L5", true), ("rectum", "colon", false),
            ("face", "bone", false), ("hepatic_vessel", "portal_vein_and_splenic_vein", false),
            ("lung_left", "lung_upper_lobe_right", true), ("no_such_organ", "liver", false),
        ] as [(OrganKey, OrganKey, Bool)])
    func exclusion(_ a: OrganKey, _ b: OrganKey, _ expected: Bool) {
        #expect(ontology.excludes(a, b) == expected)
        #expect(ontology.excludes(b, a) == expected)
    }

    @Test func mostOrgansAndLesionsHaveACode() {
        #expect(ontology.organs.count >= 150)
        #expect(ontology.organs.count { $0.code != nil } >= 150)
        #expect(ontology.organs.filter(\.isLesion).allSatisfy { $0.code != nil })
    }

    /// A variant excludes the organs that its base excludes, but neither the base nor other variants of it.
    @Test func variantsExcludeWhatTheirBaseExcludes() {
        func organ(_ key: OrganKey, _ position: Int) -> Organ {
            Organ(key: key, name: key.rawValue, position: position, code: nil)
        }
        let extended = Ontology(
            organs: ontology.organs + [
                organ("aorta_short", 501), organ("aorta_long", 502), organ("kidney_whole", 503),
            ],
            links: ontology.links + [
                OrganLink(part: "aorta_short", whole: "aorta", relation: .variant),
                OrganLink(part: "aorta_long", whole: "aorta_short", relation: .variant),
                OrganLink(part: "kidney_whole", whole: "kidney", relation: .variant),
            ])
        #expect(extended.validate() == [])
        #expect(extended.base(of: "aorta_long") == "aorta" && extended.base(of: "aorta") == "aorta")
        #expect(extended.variants(of: "aorta") == ["aorta_short", "aorta_long"])
        #expect(extended.variants(of: "aorta_long") == [])
        for (a, b, expected) in [
            ("aorta_short", "aorta", false), ("aorta_short", "aorta_long", false), ("aorta_long", "liver", true),
            ("aorta_short", "celiac_trunk", false), ("kidney_whole", "kidney_left", false),
            ("kidney_whole", "kidney_tumour", false), ("kidney_whole", "aorta_long", true),
            ("kidney_whole", "liver_tumour", true),
        ] as [(OrganKey, OrganKey, Bool)] {
            #expect(extended.excludes(a, b) == expected, "\(a), \(b)")
            #expect(extended.excludes(b, a) == expected, "\(b), \(a)")
        }
        #expect(extended.parts(of: "aorta") == [] && extended.wholes(of: "kidney_whole") == [])
        let circle = Ontology(
            organs: [organ("a", 1), organ("b", 2)],
            links: [
                OrganLink(part: "a", whole: "b", relation: .variant),
                OrganLink(part: "b", whole: "a", relation: .variant),
            ])
        #expect(Set(circle.validate()) == [.cycle("a"), .cycle("b")])
    }

    @Test func lesionValuesBelongToTheirOrgan() throws {
        let map = try #require(LabelMap.standard("msd-task03-liver"))
        #expect(map[2]?.organs == ["liver_tumour", "liver"])
        #expect(map.values(of: "liver") == [1, 2])
        #expect(map.values(of: "liver_tumour") == [2])
        #expect(map[3] == nil && map[0] == nil)
        #expect(map.organs == ["liver", "liver_tumour"])
    }

    @Test func problemsAreFound() {
        func organ(_ key: OrganKey, _ position: Int, host: OrganKey? = nil) -> Organ {
            Organ(key: key, name: "", position: position, code: nil, isLesion: false, host: host)
        }
        let broken = Ontology(
            organs: [organ("a", 1), organ("b", 2), organ("b", 2), organ("c", 3, host: "x")],
            links: [
                OrganLink(part: "a", whole: "b", relation: .division),
                OrganLink(part: "b", whole: "a", relation: .within),
                OrganLink(part: "y", whole: "a", relation: .within),
            ],
            synonyms: [
                OrganSynonym(spelling: "A!", key: "c"), OrganSynonym(spelling: "z", key: "a"),
                OrganSynonym(spelling: "Z", key: "c"),
            ])
        let problems = Set(broken.validate())
        #expect(problems.contains(.duplicateKey("b")) && problems.contains(.duplicatePosition(2, "b")))
        #expect(problems.contains(.cycle("a")) && problems.contains(.cycle("b")))
        #expect(problems.contains(.unknownOrgan("x", namedBy: "organ c")) && problems.contains(.hostOfNoLesion("c")))
        #expect(problems.contains(.unknownOrgan("y", namedBy: "the relation of y to a")))
        #expect(problems.contains(.ambiguousSpelling("A!", "a", "c")))
        #expect(problems.contains(.ambiguousSpelling("Z", "a", "c")))
    }

    @Test func malformedRowsAreNamed() {
        #expect(throws: OntologyProblem.malformedRow(table: "part_of.csv", line: 2, text: "a,b,piece")) {
            try Ontology(organs: "", links: "part,whole,kind\na,b,piece", synonyms: "")
        }
        #expect(throws: OntologyProblem.malformedRow(table: "x.csv", line: 2, text: "0,liver,liver")) {
            try LabelMap(release: "x", table: "value,name,organs\n0,liver,liver")
        }
    }

    @Test func generatedFileIsCurrent() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let check = try ChildProcess.run(root.appending(path: "Scripts/generate-ontology").path, ["--check"])
        #expect(check.status == 0, "\(check.errors)")
    }
}
