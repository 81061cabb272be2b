import Documents
import Testing

@Suite struct JSONDocumentTests {
    private struct Labels: Decodable {
        struct Case: Decodable { let image: String }
        let labels: [String: Int]
        let training: [Case]?
    }

    private static func decode(_ text: String) throws -> Labels {
        try JSONDocument(Array(text.utf8)).decode(Labels.self)
    }

    @Test(arguments: [
        "{\"labels\": {\"liver\": 1}}", "\u{FEFF}{\"labels\":\r\n {\"l\\u0069ver\": 1, \"x\": -0}}\r\n",
        "{\"a\": [], \"b\": [{}, [1.5e-3, null, true, \"\\ud83d\\ude00\"]], \"labels\": {\"liver\": 1}}",
    ]) func validTextIsDecoded(text: String) throws {
        #expect(try Self.decode(text).labels["liver"] == 1)
    }

    @Test(arguments: [
        ("{\"labels\": {\"liver\": 1,\n \"liver\": 4}}", 2, "the key liver occurs twice in labels"),
        ("{\"labels\":\n {\"l\\u0069ver\": 1, \"liver\": 4}}", 2, "occurs twice"),
        ("{\n// organs\n\"labels\": {}}", 2, "comments"), ("{\n\"labels\": {} # organs\n}", 2, "comments"),
        ("{/* organs */}", 1, "comments"),
        ("{\"labels\": {\"liver\": 1,\n}}", 2, "a comma before the end of the object"),
        ("{\"a\": [1,]}", 1, "a comma before the end of the array"), ("{'labels': {}}", 1, "single quotes"),
        ("{\"a\":\n'b'}", 2, "single quotes"), ("{\"n\":\nNaN}", 2, "NaN is not a value"),
        ("{\"n\": True}", 1, "True is not a value"), ("{\"n\": -Infinity}", 1, "not a number"),
        ("{\"n\": 007}", 1, "not a number"),
        ("{\"n\": .5}", 1, "a value is expected"),
        ("{\"labels\": {\n\"liver\": 1", 2, "ends within the object that begins in line 1"),
        ("{} {}", 1, "more text"), ("", 1, "empty"), ("{\"a\": \"b\nc\"}", 1, "quotation mark is not closed"),
        ("{\"a\": \"b\tc\"}", 1, "a control character, such as a tab"),
        ("{\"a\" 1}", 1, "a colon is missing"), ("{\"a\": 1\n \"b\": 2}", 2, "a comma is missing"),
        ("{labels: 1}", 1, "a key is expected"),
        ("{\"labels\":\n{\"liver\":\n\"one\"}}", 3, "labels.liver does not have the expected type"),
        ("{\"training\": []}", 1, "the key labels is missing"),
        (
            "{\"labels\": {},\n\"training\": [{\"image\": \"a\"},\n{\"label\": \"b\"}]}", 3,
            "training[1].image is missing"
        ),
    ]) func aMistakeHasItsLineAndKey(text: String, line: Int, phrase: String) {
        let found = problem { _ = try Self.decode(text) }
        #expect(found?.line == line && found?.problem.contains(phrase) == true, "\(text): \(String(describing: found))")
    }

    @Test func otherEncodingsAndDeepNestingAreRefused() {
        #expect(problem { _ = try JSONDocument([0xFF, 0xFE, 0x7B, 0, 0x7D, 0]) }?.problem.contains("UTF-16") == true)
        #expect(
            problem { _ = try JSONDocument(Array("{\"a\": \"M".utf8) + [0xFC] + Array("ller\"}".utf8)) }?.problem
                .contains("UTF-8") == true)
        let deep = String(repeating: "[", count: 100_000)
        #expect(problem { _ = try JSONDocument(Array(deep.utf8)) }?.problem.contains("nested") == true)
    }
}
