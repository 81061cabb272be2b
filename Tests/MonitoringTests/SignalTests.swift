import Glibc
import Testing
import UnixSignals

@testable import Monitoring

@Suite struct SignalServiceTests {
    @Test func signalsAreHandledUntilTheShutdown() async throws {
        let (arrivals, sender) = AsyncStream<UnixSignal>.makeStream()
        let service = SignalService([.sigusr2, .sigwinch]) { sender.yield($0) }
        try await withServices(service) {
            // The service traps the signals soon after its start; until then SIGWINCH is ignored, and SIGUSR2 would end the process.
            var received = arrivals.makeAsyncIterator()
            let knocking = Task {
                while !Task.isCancelled {
                    kill(getpid(), SIGWINCH)
                    await Task.yield()
                }
            }
            #expect(await received.next() == .sigwinch)
            knocking.cancel()
            _ = await knocking.value
            kill(getpid(), SIGUSR2)
            var next = await received.next()
            while next == .sigwinch { next = await received.next() }
            #expect(next == .sigusr2)
        }
    }
}
