/// Hands out the numbers from 0 up to a count, at most a limit ahead of those that are done.
actor ReadAhead {
    private let count: Int
    private let limit: Int
    private var (started, done) = (0, 0)
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int, limit: Int) { (self.count, self.limit) = (count, limit) }

    /// The next number, once it may be started; nil when none is left.
    func next() async -> Int? {
        while started < count && started >= done + limit { await withCheckedContinuation { waiting.append($0) } }
        guard started < count else { return nil }
        defer { started += 1 }
        return started
    }

    /// One more is done.
    func advance() {
        done += 1
        wake()
    }

    /// Hands out no more numbers.
    func stop() {
        started = count
        wake()
    }

    private func wake() {
        for one in waiting { one.resume() }
        waiting = []
    }
}
