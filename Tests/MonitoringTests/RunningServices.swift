import Logging
import ServiceLifecycle

let silentLogger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// Runs services in a group while `body` runs, then shuts the group down.
func withServices<T: Sendable>(_ services: any Service..., body: @Sendable () async throws -> T) async throws -> T {
    let group = ServiceGroup(services: services, logger: silentLogger)
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        do {
            let result = try await body()
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        } catch {
            await group.triggerGracefulShutdown()
            throw error
        }
    }
}
