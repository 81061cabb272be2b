internal import ArgumentParser

/// Why a person makes a change; recorded in the history.
struct ReasonOption: ParsableArguments {
    @Option(help: "Reason, recorded in the history. No patient data.")
    var reason: String

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason must not be empty.") }
    }
}
