package import Jobs

extension Session {
    /// The jobs of the daemons.
    package var jobs: JobRegister { JobRegister(connection) }
}
