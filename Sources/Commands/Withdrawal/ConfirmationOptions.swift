internal import ArgumentParser

/// Lists the consequences first; the change itself needs `--yes` and a reason.
struct ConfirmationOptions: ParsableArguments {
    @Option(help: "Reason, recorded in the history; required with --yes. No patient data.")
    var reason: String?

    @Flag(help: "Make the change. Default: only list what it concerns.")
    var yes = false

    /// Nil without `--yes`.
    var confirmedReason: String? { yes ? reason : nil }

    func validate() throws {
        if yes && (reason ?? "").allSatisfy(\.isWhitespace) { throw ValidationError("--yes requires --reason TEXT.") }
    }
}
