package import ArgumentParser

/// Why a person makes a change; recorded in the history.
package struct ReasonOption: ParsableArguments {
    @Option(help: .value("text", "Reason, recorded in the history. No patient data."), transform: Reason.checked)
    package var reason: String

    package init() {}
}
