import Testing

@testable import Console

/// The titles of columns.
@Suite struct KeyWordsTests {
    @Test func aKeyIsReadAsWords() {
        #expect("volume".words == "volume" && "programSchema".words == "program schema")
        #expect("agreementNSD".words == "agreement NSD", "an acronym is one word")
        #expect("configurationSHA256".words == "configuration SHA256")
    }
}
