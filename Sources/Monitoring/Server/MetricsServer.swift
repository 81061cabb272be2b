internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
public import ServiceLifecycle

/// Serves `GET /metrics` and `GET /healthz` over HTTP on a port of the loopback address, for programs of this machine.
public struct MetricsServer: Service {
    static let connectionLimit = 32

    private let port: Int
    private let answers: MetricsAnswers
    /// After this time a connection is closed, also where its client is slow.
    var lifetime = Duration.seconds(10)
    private let listening: @Sendable (Int) -> Void

    /// - Parameters:
    ///   - port: 0: any port that is free.
    ///   - listening: is called with the port when it is open.
    public init(
        port: Int, registry: MetricRegistry, health: Health, listening: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        (self.port, self.listening) = (port, listening)
        answers = MetricsAnswers(registry: registry, health: health)
    }

    /// Serves until the graceful shutdown.
    /// - Throws: `MonitoringError.portUnavailable`.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group)
            try await group.shutdownGracefully()
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    private func serve(on group: MultiThreadedEventLoopGroup) async throws {
        let channel = try await open(on: group)
        listening(channel.localAddress?.port ?? port)
        try? await gracefulShutdown()
        try? await channel.close()
    }

    private func open(on group: MultiThreadedEventLoopGroup) async throws -> any Channel {
        let (answers, lifetime, places) = (answers, lifetime, ConnectionPlaces(count: Self.connectionLimit))
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 32)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                guard places.take(until: channel.closeFuture) else { return channel.close() }
                return channel.eventLoop.makeCompletedFuture {
                    try MetricsConnection.configure(channel, answers, lifetime: lifetime)
                }
            }
        do {
            return try await bootstrap.bind(host: "127.0.0.1", port: port).get()
        } catch let error as IOError {
            throw MonitoringError.portUnavailable(port: port, reason: String(cString: strerror(error.errnoCode)))
        }
    }
}
