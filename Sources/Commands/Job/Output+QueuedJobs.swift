internal import Console
internal import Jobs

extension Output {
    /// Reports how many jobs wait newly.
    func reportQueued(_ count: Int, _ kind: JobKind) {
        report([Cell.Field("kind", kind.rawValue), Cell.Field("queued", count)])
        if count > 0 {
            note("lacunad serve does them; lacuna job list --kind \(kind.rawValue) shows how far they are.")
        }
    }
}
