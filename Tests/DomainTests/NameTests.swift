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
