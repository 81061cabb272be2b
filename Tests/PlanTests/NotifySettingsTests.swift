import Domain
import Plans
import Testing

@Suite struct NotifySettingsTests {
    @Test func webhooksAreEncryptedOutsideOfTheMachine() throws {
        for url in [
            "https://example.org/x?y=1", "http://localhost", "http://localhost:8080/x", "http://127.0.0.1/?x",
            "http://[::1]:80/",
        ] { #expect(try NotifySettings(["webhook": .text(url)]).webhook == url) }
        for url in [
            "http://example.org/", "http://localhost.example.org/", "http://localhost@example.org/",
            "http://localhost:80@example.org/", "http://127.0.0.1.example.org/", "ftp://localhost/", "https://",
            "https:///x",
            "localhost", "https://example.org/ x", "https://example.org/\n",
        ] {
            let error = #expect(throws: SettingError.self, "\(url)") {
                try NotifySettings(["webhook": .text(url)])
            }
            guard case .invalid(key: "webhook", let value, _, _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(value == "another text", "a URL may contain a secret")
        }
    }

    @Test func commandsAreAbsolutePathsWithArguments() throws {
        let words = ["/bin/echo", "-n", "a", "a", ""].map { SettingValue.text($0) }
        #expect(try NotifySettings(["command": .list(words)]).command == ["/bin/echo", "-n", "a", "a", ""])
        #expect(try NotifySettings([:]).command == nil)
        for wrong in [SettingValue.list([]), .list([.text("echo")]), .text("/bin/echo")] {
            #expect(throws: SettingError.self) { try NotifySettings(["command": wrong]) }
        }
    }
}
