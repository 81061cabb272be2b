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
