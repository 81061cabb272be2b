internal import ArgumentParser

/// One run, given as an argument or as an option.
struct RunChoice: ParsableArguments {
    @Argument(help: ArgumentHelp("Run to show (default: all runs).", valueName: "run"))
    var argument: String?

    @Option(name: .customLong("run"), help: "Run to show, the same as the argument.")
    var option: String?

    var name: String? { argument ?? option }

    func validate() throws {
        if let argument, let option, argument != option {
            throw ValidationError("Name one run: \(argument) or \(option).")
        }
    }
}
