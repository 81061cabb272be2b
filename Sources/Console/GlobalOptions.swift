package import ArgumentParser

/// Options of every command.
package struct GlobalOptions: ParsableArguments {
    @Option(
        help: .value(
            "connection",
            """
            Database to connect to, a postgresql:// URI or keyword=value pairs. (default: LACUNA_DATABASE, else libpq's \
            variables, else the embedded database)
            """))
    package var database: String?

    @Option(help: .value("folder", "Folder of the object store. (default: LACUNA_HOME/objects)"))
    package var objects: String?

    @Option(
        help: .value(
            "folder", "Folder of the embedded database and the objects. (default: LACUNA_HOME, else ./.lacuna)"))
    package var home: String?

    @Flag(help: "Print JSON.")
    package var json = false

    @Flag(help: "Print CSV.")
    package var csv = false

    @Flag(help: "Print every column of a table, whole. (default: those that fit)")
    package var wide = false

    @Flag(name: .shortAndLong, help: "Print results, warnings and errors only.")
    package var quiet = false

    package init() {}

    package mutating func validate() throws {
        if json && csv { throw ValidationError("--json and --csv exclude each other.") }
    }

    package var output: Output {
        Output(format: json ? .json : csv ? .csv : .table, isQuiet: quiet, isWide: wide, room: .current)
    }
}
