internal import Domain
internal import Jobs
internal import Rounds

/// Passes the events of a run to several observers, in order.
struct RunObservers: RoundObserver, ClaimObserver {
    let observers: [any RoundObserver & ClaimObserver]

    func observe(_ event: RoundEvent) { for observer in observers { observer.observe(event) } }
    func waits(for holder: JobHolder) { for observer in observers { observer.waits(for: holder) } }
    func publishedBeside(_ current: String?) { for observer in observers { observer.publishedBeside(current) } }
    func published(_ labels: [OrganKey: Int]) { for observer in observers { observer.published(labels) } }
    func failed(with error: any Error) { for observer in observers { observer.failed(with: error) } }
}
