import Foundation
import Phantoms
import Postgres
import TestSupport
import Testing

/// Missing image descriptors are computed.
@Suite struct DescriptorCommandTests {
    private struct Descriptors: Statement {
        static let sql = """
            select v.id || ' ' || f.version || ' ' || encode(f.descriptor, 'hex')
            from lacuna.image_descriptor f join lacuna.volume v on v.id = f.volume_id order by v.id
            """
        func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
    }

    private func importWithout(_ volumes: String, _ bench: Workbench) async throws -> [String] {
        let path = try PhantomData.write(.btcv, "set", scans: 1...3, in: bench)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
        let made = try await bench.connection.run(Descriptors())
        try #require(made.count == 3)
        try await Self.remove(volumes, bench)
        return made
    }

    /// Deletes the image descriptors of the volumes, as if an older version had imported them.
    static func remove(_ volumes: String, _ bench: Workbench) async throws {
        let root = try await Connection.connect(bench.settings.with(user: "postgres"))
        try await root.execute(
            """
            alter table lacuna.image_descriptor disable trigger user;
            delete from lacuna.image_descriptor where volume_id in (\(volumes));
            alter table lacuna.image_descriptor enable trigger user
            """)
        await root.close()
    }

    @Test func theyEqualThoseOfTheImport() async throws {
        try await Workbench.with { bench in
            let made = try await importWithout("1, 3", bench)
            #expect(try await bench.connection.run(Descriptors()).count == 1)
            let ending = try await bench.lacuna("volume", "describe", "--json")
            #expect(ending.status == 0 && ending.errors.contains("2 of 2"), "\(ending.errors)")
            #expect(try ending.rows().isEmpty, "nothing failed")
            #expect(try await bench.connection.run(Descriptors()) == made)
            let again = try await bench.lacuna("volume", "describe")
            #expect(
                again.status == 0 && again.errors.contains("Every volume has an image descriptor"), "\(again.errors)")
        }
    }

    @Test func anImageOfAnotherDatasetIsFound() async throws {
        try await Workbench.with { bench in
            let made = try await importWithout("1", bench)
            let labels = try PhantomData.write(.btcv, "labels", scans: 1...1, in: bench)
            try FileManager.default.removeItem(atPath: "\(labels)/RawData/Training/img")
            let joined = try await bench.lacuna("dataset", "import", labels, "--images", "dataset:set")
            #expect(joined.status == 0 && joined.output.contains("known scans"), "\(joined.output) \(joined.errors)")
            let sources = try await bench.lacuna("volume", "show", "1", "--json").object()["sources"] as? [Any]
            #expect(sources?.count == 2)
            let ending = try await bench.lacuna("volume", "describe", "--json")
            #expect(ending.status == 0, "\(ending.output) \(ending.errors)")
            #expect(try await bench.connection.run(Descriptors()) == made)
        }
    }

    @Test func unreadableAndExchangedImagesAreListedAndTheOthersDescribed() async throws {
        try await Workbench.with { bench in
            let made = try await importWithout("1, 2, 3", bench)
            let images = "\(bench.folder)/data/set/RawData/Training/img"
            try FileManager.default.removeItem(atPath: "\(images)/img0001.nii.gz")
            try FileManager.default.removeItem(atPath: "\(images)/img0002.nii.gz")
            try FileManager.default.copyItem(
                atPath: "\(images)/img0003.nii.gz", toPath: "\(images)/img0002.nii.gz")
            let ending = try await bench.lacuna("volume", "describe", "--json")
            #expect(ending.status == 4, "\(ending.errors)")
            let rows = try ending.rows()
            #expect(rows.map { $0["volume"] as? Int } == [1, 2])
            #expect(rows.last?["problem"] as? String == "the file no longer contains the imported scan")
            #expect(rows.allSatisfy { ($0["remedy"] as? String)?.isEmpty == false })
            #expect(try await bench.connection.run(Descriptors()) == [made[2]])
        }
    }
}
