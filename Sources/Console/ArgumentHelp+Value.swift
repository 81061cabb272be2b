package import ArgumentParser

extension ArgumentHelp {
    /// The help of an option whose value has another name than the option: `--as-of <revision>`.
    package static func value(_ name: String, _ text: String) -> ArgumentHelp { ArgumentHelp(text, valueName: name) }
}
