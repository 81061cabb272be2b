package import ArgumentParser

/// Why a person makes a change; recorded in the history.
package struct ReasonOption: ParsableArguments {
    @Option(help: .value("text", "Reason, recorded in the history. No patient data."))
    package var reason: String

    package init() {}

    package func validate() throws {
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason must not be empty.") }
        if reason.unicodeScalars.count > 2000 { throw ValidationError("--reason must have at most 2000 characters.") }
    }
}
