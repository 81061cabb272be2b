internal import Console
internal import ServiceLifecycle
internal import Synchronization
internal import System
internal import Tensors

/// A process of a run that is not the first one, as a service: it ends with the first process.
final class FollowerService: Service {
    private let follower: RunFollower
    private let ending = Mutex<Int32?>(nil)

    init(_ follower: RunFollower) { self.follower = follower }

    /// The exit status of the first process, once the service has ended.
    var status: ExitStatus { ending.withLock { $0 }.flatMap(ExitStatus.init) ?? .internalError }

    func run() async throws {
        let (follower, stop) = (follower, follower.stop)
        do {
            let status = try await withGracefulShutdownHandler {
                try await follower.run()
            } onGracefulShutdown: {
                stop.raise()
            }
            ending.withLock { $0 = status }
        } catch TensorError.processLost where stop.isRaised {
            // A signal to all processes may end another one first.
            ending.withLock { $0 = ExitStatus.interrupted.rawValue }
        }
    }
}
