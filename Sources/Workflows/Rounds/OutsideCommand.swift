internal import FoundationEssentials

/// The command of an outside program in the configuration that a run was started with.
enum OutsideCommand {
    private struct Sections: Decodable {
        let trainer: Section?

        struct Section: Decodable {
            let command: [String]?
        }
    }

    /// - Parameter configuration: a JSON object of sections.
    /// - Returns: nil where the built-in trainer trains.
    static func words(in configuration: String) -> [String]? {
        (try? JSONDecoder().decode(Sections.self, from: Data(configuration.utf8)))?.trainer?.command
    }
}
