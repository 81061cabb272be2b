package import ArgumentParser

/// One run, given as an argument, or as the option that scripts written for earlier versions use.
package struct RunChoice: ParsableArguments {
    @Argument(help: ArgumentHelp("Name of the run. (default: all runs)", valueName: "run"))
    package var argument: String?

    @Option(name: .customLong("run"), help: .hidden)
    package var option: String?

    package init() {}

    package var name: String? { argument ?? option }

    package func validate() throws {
        if let argument, let option, argument != option {
            throw ValidationError("Name one run: \(argument) or \(option).")
        }
    }
}
