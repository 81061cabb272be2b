internal import ArgumentParser

/// Why a person changes what is known; kept with the history.
struct ReasonOption: ParsableArguments {
    @Option(help: "Say why; it is kept with the history. No patient data.")
    var reason: String

    func validate() throws {
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("Say why: --reason TEXT.") }
    }
}
