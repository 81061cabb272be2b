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

    @Test func keysOfSubjectsAreBoundedAndEscaped() {
        for key in ["", " ", ".", "..", "a/b", "a\nb", "\u{1b}[31m", String(repeating: "x", count: 201)] {
            #expect(SubjectName.problem(key) != nil)
        }
        for key in ["p 1", "=1", "Müller-7", "a.b"] {
            #expect(SubjectName.problem(key) == nil && SubjectName.escaped(key) == key)
        }
        for (text, key) in [("a/b", "a%2Fb"), ("..", "%2E%2E"), ("a\u{1b}", "a%1B")] {
            #expect(SubjectName.escaped(text) == key && SubjectName.problem(key) == nil)
            #expect(SubjectName.escaped(key) == key)
        }
    }
}
