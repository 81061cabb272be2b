package import Cluster

extension EmbeddedCluster {
    /// The embedded cluster that the options name.
    ///
    /// - Throws: a failure of usage where they name another server.
    package static func required(_ options: GlobalOptions) throws -> EmbeddedCluster {
        guard let cluster = try DatabaseTarget.resolve(options, .process).cluster else {
            throw CommandFailure(
                .usage, "this command works on the embedded database only",
                remedy: "leave out --database, LACUNA_DATABASE and the PG* variables")
        }
        return cluster
    }
}
