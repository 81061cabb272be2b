/// Numbers from 0 up to a count, handed to whoever asks next and never further ahead of what is done than a limit.
actor ReadAhead {
    private let count: Int
    private let limit: Int
    private var (started, done) = (0, 0)
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int, limit: Int) { (self.count, self.limit) = (count, limit) }

    /// The next number, once it may be begun; nil when there is none left.
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

    /// Nobody gets another number.
    func stop() {
        started = count
        wake()
    }

    private func wake() {
        for one in waiting { one.resume() }
        waiting = []
    }
}
