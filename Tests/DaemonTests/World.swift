import Catalog
import Cluster
import Domain
import Foundation
import Imaging
import Phantoms
import Postgres
import Schema
import TestSupport
import Testing

/// A small catalogue made with the real programs, once for all tests here: phantoms in two layouts with half of the public
/// set's labels missing, imported and split. Each test works on a copy of database and objects. Some tests stop the server, so that
/// only one may use a world at a time.
actor World {
    @TaskLocal static var current = World()

    static let organs: [OrganKey] = ["liver", "spleen", "stomach"]

    private var made: Task<Made, any Error>?
    private var places = 0

    struct Made: Sendable {
        let cluster: EmbeddedCluster
        let folder: String
    }

    /// A copy of the world for one test.
    static func with(_ body: (Place) async throws -> Void) async throws {
        try await body(try await current.makePlace())
    }

    func makePlace() async throws -> Place {
        let made = try await running()
        places += 1
        let place = Place(
            cluster: made.cluster, database: "place_\(places)", folder: TemporaryFolder.make("place"),
            data: "\(made.folder)/data")
        let admin = try await Connection.connect(made.cluster.settings(database: "postgres"))
        // A copy through the log keeps sequences as their pages have them, without the values that the log reserves: a server
        // that dies before the next checkpoint would issue the same numbers again.
        try await admin.execute("create database \(place.database) template lacuna strategy file_copy")
        await admin.close()
        try FileManager.default.createDirectory(atPath: place.home, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: "\(made.folder)/home/objects", toPath: place.objects)
        return place
    }

    private func running() async throws -> Made {
        if let made { return try await made.value }
        let task = Task { try await Self.make() }
        made = task
        return try await task.value
    }

    private static func make() async throws -> Made {
        let cluster = try TestCluster.newCluster(logins: TestCluster.logins)
        try await cluster.start()
        let admin = try await Connection.connect(cluster.settings(database: "lacuna"))
        try await Migrator(admin, program: "tests").migrate()
        try await EmbeddedLogins.grant(admin)
        try await LabelCatalog(admin, program: "tests").extend(with: .standard)
        await admin.close()

        let folder = TemporaryFolder.make("world")
        let place = Place(cluster: cluster, database: "lacuna", folder: folder, data: "\(folder)/data")
        try PhantomGenerator.generate(plan, into: place.data)
        for dataset in plan.datasets { try await place.succeeds("dataset", "import", "\(place.data)/\(dataset.name)") }
        try await place.succeeds(
            "split", "create", "s", "--train", "internal", "--train", "public", "--validation", "heldout")
        try await place.succeeds(
            "split", "create", "unlabelled", "--train", "bare", "--validation", "heldout")
        try await place.succeeds("split", "create", "unjudged", "--train", "internal")
        return Made(cluster: cluster, folder: folder)
    }

    private static let plan: PhantomPlan = {
        let grid = PhantomGrid(shape: GridShape(48, 44, 24), spacing: Vector3(8, 8, 10))
        func scans(_ numbers: Range<Int>) -> [PhantomScan] { numbers.map { PhantomScan(number: $0, grid: grid) } }
        return PhantomPlan(
            seed: 11,
            datasets: [
                PhantomDataset(name: "internal", layout: .btcv, scans: scans(0..<2)),
                PhantomDataset(
                    name: "public", layout: .totalSegmentator(classes: organs, missingShare: 0.5), scans: scans(2..<6)),
                PhantomDataset(name: "heldout", layout: .btcv, scans: scans(6..<8)),
                PhantomDataset(
                    name: "bare", layout: .totalSegmentator(classes: ["gallbladder"], missingShare: 0),
                    scans: scans(8..<10)),
            ])
    }()
}

/// A catalogue for one test: database, objects and cache.
struct Place: Sendable {
    let cluster: EmbeddedCluster
    let database: String
    let folder: String
    /// The folder of the datasets.
    let data: String

    var home: String { "\(folder)/home" }
    var objects: String { "\(home)/objects" }
    var cache: String { "\(home)/cache" }

    func target(_ login: String) -> String {
        "host='\(cluster.socketFolder)' port=\(cluster.port) dbname=\(database) user=\(login)"
    }

    // MARK: - Programs

    func lacuna(_ arguments: String...) async throws -> Ending { try await lacuna(arguments) }

    func lacuna(_ arguments: [String]) async throws -> Ending {
        try await RunningProgram(
            "lacuna", arguments + ["--database", target("lacuna"), "--home", home]
        ).end()
    }

    func succeeds(_ arguments: String...) async throws {
        let ending = try await lacuna(arguments)
        try #require(ending.status == 0, "\(arguments): \(ending.errors)")
    }

    /// The rows that a command prints with `--json`.
    func rows(_ arguments: String...) async throws -> [[String: Any]] {
        let ending = try await lacuna(arguments + ["--json"])
        try #require(ending.status == 0, "\(arguments): \(ending.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [[String: Any]])
    }

    /// The organs of a round, as `lacuna round show` reports them.
    func organs(_ run: String, _ round: String) async throws -> [[String: Any]] {
        let ending = try await lacuna("round", "show", run, round, "--json")
        try #require(ending.status == 0, "\(ending.errors)")
        return try #require(try ending.object()["organs"] as? [[String: Any]])
    }

    /// Starts `lacunad run --once` with the configuration.
    func startDaemon(
        _ run: RunFile = RunFile(), login: String = "lacunad", environment: [String: String] = [:], _ extra: String...
    ) throws -> RunningProgram {
        let path = "\(folder)/\(UUID().uuidString).yaml"
        try run.text.write(toFile: path, atomically: true, encoding: .utf8)
        return try RunningProgram(
            "lacunad",
            ["run", "--once", "--config", path, "--database", target(login), "--home", home] + extra,
            environment: environment)
    }

    func daemon(_ run: RunFile = RunFile(), login: String = "lacunad") async throws -> Ending {
        try await startDaemon(run, login: login).end()
    }

    // MARK: - Database

    /// The rows of a query as the superuser, columns joined by `|`.
    func ask(_ question: String) async throws -> [String] {
        let connection = try await Connection.connect(cluster.settings(database: database))
        do {
            try await connection.execute(Ask.preparation)
            let rows = try await connection.ask(question)
            await connection.close()
            return rows
        } catch {
            await connection.close()
            throw error
        }
    }

    func connect(as login: String) async throws -> Connection {
        try await Connection.connect(cluster.settings(database: database).with(user: login))
    }

    /// Runs statements as the superuser.
    func change(_ statements: String) async throws {
        let connection = try await Connection.connect(cluster.settings(database: database))
        try await connection.execute(statements)
        await connection.close()
    }

    func number(_ question: String) async throws -> Int { try #require(Int(try await ask(question)[0])) }
}
