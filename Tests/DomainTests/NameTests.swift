import Domain
import Testing

@Suite struct NameTests {
    @Test(arguments: ["", " \t", ".", "..", "../x", "x/./y", "a\u{7}b", "a\u{200B}", "a\u{202E}b", "a ", "\na"])
    func theseAreNoNames(name: String) {
        #expect(GivenName.problem(name) != nil)
        #expect(GivenName.problem(name, mayBePath: true) != nil)
    }

    @Test func aNameIsBoundedAndAPathNamesACaseOnly() {
        #expect(GivenName.problem(String(repeating: "x", count: 201), mayBePath: true) != nil)
        #expect(GivenName.problem(String(repeating: "x", count: 200)) == nil)
        #expect(GivenName.problem("train/val") != nil)
        #expect(GivenName.problem("train/val", mayBePath: true) == nil)
    }

    @Test(arguments: ["a", "...", ".hidden", "caf\u{E9}", "\u{301}x", "two words"])
    func theseAreNames(name: String) { #expect(GivenName.problem(name) == nil) }

    @Test func exactTextsAreEqualByTheirBytes() {
        #expect("caf\u{E9}" == "cafe\u{301}")
        #expect(ExactText("caf\u{E9}") != ExactText("cafe\u{301}"))
        #expect(Set(["a", "a", "b"].map(ExactText.init)).count == 2)
    }
}
