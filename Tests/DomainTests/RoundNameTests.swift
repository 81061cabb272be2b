import Domain
import Testing

@Suite struct RoundNameTests {
    @Test func aRoundIsNamedByItsRunAndNumber() throws {
        let name = try #require(RoundName("night-1/12"))
        #expect(name.run == "night-1" && name.round == 12 && name.description == "night-1/12")
    }

    @Test(arguments: ["", "r", "r/", "/1", "r/x", "r/-1", "r/+1", "r/1/2", "r/ 1", "r/1234567890"])
    func anotherTextIsNoRound(text: String) {
        #expect(RoundName(text) == nil)
    }
}
