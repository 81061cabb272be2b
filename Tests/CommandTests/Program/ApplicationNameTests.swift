import Testing

@testable import Console

@Suite struct ApplicationNameTests {
    @Test func aSessionNamesCommandAccountAndTime() {
        #expect(
            ApplicationName.make("lacuna dataset import", account: "ann", time: 1_796_155_200)
                == "lacuna dataset import by ann at 2026-12-01T20:00Z")
    }

    /// The server would cut the end.
    @Test func aLongNameKeepsAccountAndTime() {
        let name = ApplicationName.make(
            "lacunad run " + String(repeating: "ä", count: 40), account: String(repeating: "b", count: 30), time: 0)
        #expect(name.utf8.count == 63)
        #expect(name.hasSuffix(" by bbbbbbbbbbbbbbbb at 1970-01-01T00:00Z"))
    }
}
