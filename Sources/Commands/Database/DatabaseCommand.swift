internal import ArgumentParser

struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "database", abstract: "Start, stop, inspect, migrate, back up, restore or drop the database.",
        subcommands: [
            DatabaseStart.self, DatabaseStop.self, DatabaseStatus.self, DatabaseMigrate.self, DatabaseBackUp.self,
            DatabaseRestoring.self, DatabaseDrop.self,
        ])
}
