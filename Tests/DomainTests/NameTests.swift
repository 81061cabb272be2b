import Domain
import Testing

@Suite struct NameTests {
    @Test(arguments: ["", " \t", ".", "..", "../x", "x/./y", "a\u{7}b"]) func theseAreNoNames(name: String) {
        #expect(GivenName.problem(name) != nil)
    }

    @Test(arguments: ["a", "train/val", "...", ".hidden", "caf\u{E9}", "\u{301}x", "two words"])
    func theseAreNames(name: String) { #expect(GivenName.problem(name) == nil) }

    @Test func exactTextsAreEqualByTheirBytes() {
        #expect("caf\u{E9}" == "cafe\u{301}")
        #expect(ExactText("caf\u{E9}") != ExactText("cafe\u{301}"))
        #expect(Set(["a", "a", "b"].map(ExactText.init)).count == 2)
    }
}

@Suite struct NormalFormTests {
    @Test(arguments: [
        ("Rene\u{301}", "Ren\u{e9}"), ("A\u{30A}", "\u{C5}"), ("case_1", "case_1"),
        ("\u{1112}\u{1161}\u{11ab}", "\u{D55C}"),
    ])
    func namesAreComposed(written: String, recorded: String) {
        #expect(GivenName.normalised(written).utf8.elementsEqual(recorded.utf8))
        #expect(GivenName.normalised(recorded).utf8.elementsEqual(recorded.utf8))
    }
}
