internal import ArgumentParser

/// One run of all, given as an argument or as an option.
struct RunChoice: ParsableArguments {
    @Argument(help: ArgumentHelp("Show only this run.", valueName: "run"))
    var argument: String?

    @Option(name: .customLong("run"), help: "The same.")
    var option: String?

    var name: String? { argument ?? option }

    func validate() throws {
        if let argument, let option, argument != option {
            throw ValidationError("Name one run: \(argument) or \(option).")
        }
    }
}
