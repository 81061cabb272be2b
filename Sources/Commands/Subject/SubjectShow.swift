internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct SubjectShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a subject's names, volumes and parts of splits.",
        discussion: """
            EXAMPLE:
              $ lacuna subject show internal/0001
              id                        1
              name                      internal/0001
              names                     internal/0001, ours/0001
              volumes                   1
              datasets                  internal, ours
              parts                     main/train
              removed                   -
              joins                     -
              contaminated checkpoints  -
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Subject: its id or DATASET/KEY.")
    var subject: String

    func run() async throws {
        try await Session.with(options) { session in
            let id = try await session.catalog.subject(named: subject)
            session.output.report(try await session.catalog.subject(id).fields)
        }
    }
}

extension SubjectFacts {
    var fields: [Cell.Field] {
        [
            Cell.Field("id", subject.id.rawValue), Cell.Field("name", subject.name), Cell.Field("names", names),
            Cell.Field("volumes", volumes.map(\.rawValue)), Cell.Field("datasets", subject.datasets),
            Cell.Field("parts", subject.parts), Cell.Field("removed", subject.removed),
            Cell.Field("joins", joins.map { "\($0.mergedName) (\($0.cause.rawValue))" }),
            Cell.Field("contaminatedCheckpoints", contaminated.map(\.rawValue)),
        ]
    }
}
