import Domain
import Plans
import Testing

@Suite struct TrainerSettingsTests {
    @Test(arguments: [
        ("90", 90.0), ("90s", 90), ("1.5min", 90), ("500ms", 0.5), ("2h", 7200), ("2 h", 7200),
    ])
    func timesMayHaveUnits(text: String, seconds: Double) throws {
        #expect(try TrainerSettings(["grace": .text(text)]).grace == seconds)
        #expect(try TrainerSettings(["grace": .number(seconds)]).grace == seconds)
    }

    @Test(arguments: ["", "s", "-1s", "0", "1 week", "1e9s", "nan", "25h"])
    func otherTimesAreRefused(text: String) {
        #expect(throws: SettingError.self) { try TrainerSettings(["grace": .text(text)]) }
    }

    @Test func theWordsOfACommandStayAsTheyAre() throws {
        let words: [SettingValue] = [.text("python3"), .text("--n"), .integer(4), .text("--n"), .text("a b")]
        #expect(try TrainerSettings(["command": .list(words)]).command == ["python3", "--n", "4", "--n", "a b"])
        #expect(try TrainerSettings([:]).command == nil)
    }

    @Test(arguments: [[], ["./train.sh"], ["bin/train"], [""]])
    func aProgramHasAnAbsolutePathOrAName(words: [String]) {
        #expect(throws: SettingError.self) { try TrainerSettings(["command": .list(words.map { .text($0) })]) }
    }

    @Test func writableFoldersAreAbsolute() throws {
        #expect(try TrainerSettings(["writable": .list([.text("/logs")])]).writable == ["/logs"])
        #expect(throws: SettingError.self) { try TrainerSettings(["writable": .list([.text("logs")])]) }
    }
}
