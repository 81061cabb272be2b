import Foundation
import Postgres
import TestSupport
import Testing

/// The schema section of the documentation is that of the migrated database.
@Suite struct SchemaDocumentTests {
    @Test func theDocumentedSchemaIsTheMigratedOne() async throws {
        try await World.with { world async throws in
            let query = try String(contentsOfFile: "\(packageRoot)/Scripts/schema-doc.sql", encoding: .utf8)
            let section = try await world.root.ask(query).joined(separator: "\n").trimmingCharacters(in: .newlines)
            let path = "\(packageRoot)/docs/data-model.md"
            let document = try String(contentsOfFile: path, encoding: .utf8)
            let parts = try #require(
                document.firstMatch(of: /(?s)<!-- schema: begin -->\n(.*)\n<!-- schema: end -->/))
            let documented = String(parts.1).trimmingCharacters(in: .newlines)
            #expect(documented == section, "run Scripts/generate-schema-doc against a migrated database")
        }
    }

    @Test func everyErrorCodeIsDocumented() throws {
        let folder = "\(packageRoot)/migrations"
        let sql = try FileManager.default.contentsOfDirectory(atPath: folder)
            .map { try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }.joined()
        let raised = Set(sql.matches(of: /errcode = '(LA[0-9]{3})'/).map { String($0.1) })
        let document = try String(contentsOfFile: "\(packageRoot)/docs/data-model.md", encoding: .utf8)
        let documented = Set(document.matches(of: /\| (LA[0-9]{3}) \|/).map { String($0.1) })
        #expect(raised == documented)
    }
}
