package import Domain
package import Plans

/// The configuration of a daemon that serves: the sections `daemon`, `trainer` and `notify` of a file, none required.
package struct DaemonConfiguration: Sendable {
    package let daemon: DaemonSettings
    package let notify: NotifySettings
    /// The command of an outside program that runs of the catalogue may have; without it, none may.
    package let trainer: TrainerSettings

    /// - Throws: `ConfigurationError` naming the file, the key, the problem and the remedy.
    package init(contentsOf path: String) throws(ConfigurationError) {
        let file = try ConfigurationFile(contentsOf: path)
        do {
            try self.init(file.sections)
        } catch {
            throw error.naming(file.source)
        }
    }

    /// - Parameter sections: values by section and key. Sections of a run are refused: its schedule has them.
    /// - Throws: `ConfigurationError` naming the section and the key.
    package init(_ sections: [String: [String: SettingValue]]) throws(ConfigurationError) {
        for name in sections.keys.sorted() where !["daemon", "trainer", "notify"].contains(name) {
            throw ConfigurationError(
                key: name, problem: "is not a section of a daemon that serves",
                remedy: "give the sections daemon, trainer and notify; a schedule has the other sections of its runs")
        }
        do {
            daemon = try DaemonSettings(sections["daemon"] ?? [:])
        } catch {
            throw ConfigurationError(error, section: "daemon")
        }
        do {
            notify = try NotifySettings(sections["notify"] ?? [:])
        } catch {
            throw ConfigurationError(error, section: "notify")
        }
        do {
            trainer = try TrainerSettings(sections["trainer"] ?? [:])
        } catch {
            throw ConfigurationError(error, section: "trainer")
        }
    }
}
