package import ArgumentParser

/// Options of every command.
package struct GlobalOptions: ParsableArguments {
    @Option(help: "Connect to this database: a postgresql:// URI or keyword=value pairs.")
    package var database: String?

    @Option(help: "Keep objects here instead of in LACUNA_HOME/objects.")
    package var objects: String?

    @Option(help: "Keep the embedded database and the objects here (default: LACUNA_HOME, else ./.lacuna).")
    package var home: String?

    @Flag(help: "Print JSON.")
    package var json = false

    @Flag(help: "Print CSV.")
    package var csv = false

    @Flag(name: .shortAndLong, help: "Print results and errors only.")
    package var quiet = false

    package init() {}

    package mutating func validate() throws {
        if json && csv { throw ValidationError("--json and --csv exclude each other.") }
    }

    package var output: Output { Output(format: json ? .json : csv ? .csv : .table, isQuiet: quiet) }
}
