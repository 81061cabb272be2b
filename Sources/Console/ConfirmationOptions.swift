package import ArgumentParser

/// Lists the consequences first; the change itself needs `--yes` and a reason.
package struct ConfirmationOptions: ParsableArguments {
    @Option(
        help: .value("text", "Reason, recorded in the history; required with --yes. No patient data."),
        transform: Reason.checked)
    package var reason: String?

    @Flag(help: "Make the change. Without it, everything concerned is only listed.")
    package var yes = false

    package init() {}

    /// Nil without `--yes`.
    package var confirmedReason: String? { yes ? reason : nil }

    package func validate() throws {
        if yes && reason == nil { throw ValidationError("--yes requires --reason TEXT.") }
    }
}
