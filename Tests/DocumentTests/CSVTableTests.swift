import Documents
import Testing

/// The problem that `body` ends with; nil where it ends well.
func problem(_ body: () throws -> Void) -> DocumentProblem? {
    do {
        try body()
        return nil
    } catch {
        return error as? DocumentProblem
    }
}

@Suite struct CSVTableTests {
    static let plain = "case,subject\n000,P1\n001,P2\n"

    @Test(arguments: [
        plain, "\u{FEFF}" + plain, "case,subject\r\n000,P1\r\n001,P2\r\n",
        "sep=,\r\ncase,subject\r\n000,P1\r\n001,P2\r\n",
        "case,subject,,\n000,P1,,\n001,P2,,\n,,,\n", "\n Case , SUBJECT \n\"000\",\"P1\"\n\n001 , P2",
        "case,subject\r000,P1\r001,P2",
    ]) func spreadsheetsWriteOneTableInManyWays(text: String) throws {
        let table = try CSVTable(text)
        #expect(table.has("case", "subject"))
        #expect(table.rows.map { table.value("case", $0) } == ["000", "001"])
        #expect(table.rows.map { table.value("subject", $0) } == ["P1", "P2"])
    }

    @Test func quotedFieldsHaveCommasQuotesAndLineBreaks() throws {
        let table = try CSVTable("key,name\na,\"one, \"\"two\"\"\"\nb,\"three\nfour\"\nc,five\n")
        #expect(table.rows.map { table.value("name", $0) } == ["one, \"two\"", "three four", "five"])
        #expect(table.rows.map(\.line) == [2, 3, 5])
    }

    @Test func tabsSeparateWhereTheCallerSaysSo() throws {
        let table = try CSVTable("index\tname\n1\tliver\n", separator: .tab)
        #expect(table.value("name", table.rows[0]) == "liver")
    }

    @Test(arguments: [
        ("case;subject\n000;P1\n", 1, "case, subject are separated by semicolons"),
        ("sep=;\ncase;subject\n", 1, "separated by semicolons"), ("case\tsubject\n", 1, "separated by tabs"),
        ("a,b\n1,2\n\n1,2,3\n", 4, "3 fields instead of 2"), ("a,b\n1\n", 2, "1 field instead of 2"),
        ("a,b\n1,\"2\n3,4\n", 2, "quotation mark is not closed"), ("case,Case\n", 1, "occurs twice"),
        ("c\0a\0s\0e\0", 1, "UTF-16"), ("case,name\n1,M\u{FFFD}ller\n", 2, "not in UTF-8"),
    ]) func aMistakeHasItsLine(text: String, line: Int, phrase: String) {
        let found = problem { _ = try CSVTable(text) }
        #expect(found?.line == line && found?.problem.contains(phrase) == true, "\(String(describing: found))")
    }

    @Test func missingColumnsAreNamedWithThoseThatAreThere() throws {
        let found = try CSVTable("id,patient\n1,2\n").missing("case", "subject")
        #expect(found.problem.contains("case and subject are missing") && found.problem.contains("id, patient"))
    }
}
