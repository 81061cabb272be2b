internal import ArgumentParser
internal import Console
internal import System
internal import Workflows

struct OrganImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Add organs from a CSV file.",
        discussion: """
            The header names the columns: key and name, and any of snomed, laterality (or side), lesion, lesion_of, \
            part_of, division_of, overlaps, variant_of and synonyms. Entries of a column are separated by ";". An organ is \
            part_of the organ that contains it, and division_of the organ that it forms together with its siblings; \
            organs with overlaps do not exclude each other, all others do unless they are related; variant_of names the \
            organ for which some datasets use it. Organs that exist already keep their properties and gain relations and \
            synonyms.

            EXAMPLE:
              $ cat organs.csv
              key,name,side,division_of
              ureter,Ureters,,
              ureter_left,Left ureter,left,ureter
              $ lacuna organ import organs.csv
              added   2
              listed  2
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "CSV file with the organs.")
    var file: String

    func run() async throws {
        let text = try await BlockingWork().run { [file] in try TextFile.read(file) }
        try await Session.with(options) { session in
            let result = try await OrganImporter(session.workspace).run(text, file: file)
            session.output.report([Cell.Field("added", result.added), Cell.Field("listed", result.listed)])
        }
    }
}
