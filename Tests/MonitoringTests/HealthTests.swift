import Synchronization
import Testing

@testable import Monitoring

/// A clock that moves when told to.
final class HandClock: Sendable {
    private let time = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant { time.withLock { $0 } }
    func advance(_ duration: Duration) { time.withLock { $0 += duration } }
}

@Suite struct HealthTests {
    private let clock = HandClock()

    private func makeHealth() -> Health {
        let clock = clock
        return Health { clock.now }
    }

    @Test func aPartIsWellWithinItsTime() {
        let health = makeHealth()
        #expect(health.isWell, "nothing is watched")
        health.watch(.heartbeat, within: .seconds(20))
        clock.advance(.seconds(20))
        #expect(health.isWell)
        clock.advance(.seconds(1))
        #expect(
            health.problems == [
                Health.Problem(part: .heartbeat, reason: "no report for 21 s; the limit is 20 s", isSilent: true)
            ])
        health.report(.heartbeat)
        #expect(health.isWell)
    }

    @Test func aFailureLastsUntilTheNextReport() {
        let health = makeHealth()
        health.watch(.database, within: .seconds(20))
        health.fail(.database, "the server does not answer")
        health.fail(.ticker, "a part that is not watched")
        let failure = Health.Problem(part: .database, reason: "the server does not answer", isSilent: false)
        #expect(health.problems == [failure])
        clock.advance(.seconds(30))
        #expect(health.problems.map(\.isSilent) == [true], "a failure has to be reported again")
        health.report(.database)
        #expect(health.isWell)
        health.fail(.database, "the server does not answer")
        health.unwatch(.database)
        #expect(health.isWell)
    }
}
