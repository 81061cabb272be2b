package import ArgumentParser

/// One run, given as an argument or as an option.
package struct RunChoice: ParsableArguments {
    @Argument(help: ArgumentHelp("Run to show (default: all runs).", valueName: "run"))
    package var argument: String?

    @Option(name: .customLong("run"), help: "Run to show, the same as the argument.")
    package var option: String?

    package init() {}

    package var name: String? { argument ?? option }

    package func validate() throws {
        if let argument, let option, argument != option {
            throw ValidationError("Name one run: \(argument) or \(option).")
        }
    }
}
