import Domain
import Foundation
import Phantoms
import Postgres
import TestSupport
import Testing

/// Several phases of one study that share a label, from the folder to the split.
@Suite struct StudyTests {
    private struct ObjectCount: Statement {
        static let sql = "select count(*) from lacuna.object"
        func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
    }

    /// Two patients with two phases each, whose labels are drawn once; the phase is the name of the file.
    private func study(_ bench: Workbench) throws -> (path: String, map: String) {
        let files = FileManager.default
        let plain = try PhantomData.write(.msd(.liver, lesions: false), "plain", scans: 1...4, in: bench)
        let names = try files.contentsOfDirectory(atPath: "\(plain)/imagesTr").sorted()
        let path = "\(bench.folder)/study"
        for (patient, phases) in [("p1", names[0...1]), ("p2", names[2...3])] {
            for folder in ["scans/\(patient)", "masks"] {
                try files.createDirectory(atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
            }
            for (phase, name) in zip(["arterial", "venous"], phases) {
                try files.copyItem(
                    atPath: "\(plain)/imagesTr/\(name)", toPath: "\(path)/scans/\(patient)/\(phase).nii.gz")
            }
            let label = try #require(phases.first)
            try files.copyItem(atPath: "\(plain)/labelsTr/\(label)", toPath: "\(path)/masks/\(patient).nii.gz")
        }
        let map = "\(bench.folder)/study.yaml"
        try """
        images: scans/{case}/{phase}.nii.gz
        labels: masks/{case}.nii.gz
        values: {1: liver}
        phase: "{phase}"
        modality: CT
        """.write(toFile: map, atomically: true, encoding: .utf8)
        return (path, map)
    }

    @Test func phasesAreVolumesOfOneSubjectInOnePartOfASplit() async throws {
        try await Workbench.with { bench in
            let (path, map) = try study(bench)
            let imported = try await bench.lacuna("dataset", "import", path, "--map", map, "--json")
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(try imported.object()["newVolumes"] as? Int == 4)
            let volumes = try await bench.lacuna("volume", "list", "--json").rows()
            #expect(volumes.count == 4)
            #expect(Set(volumes.compactMap { $0["subject"] as? String }) == ["study/p1", "study/p2"])
            #expect(try await bench.connection.one(ObjectCount()) == 2, "equal masks are stored once")

            let shown = try await bench.lacuna("volume", "show", "study/p1_venous", "--json").object()
            let source = try #require((shown["sources"] as? [[String: Any]])?.first)
            #expect(source["study"] as? String == "p1" && source["phase"] as? String == "venous")
            let history = try await bench.lacuna("lineage", "study/p1_venous", "--json")
            #expect(history.status == 0, "\(history.errors)")

            let split = try await bench.lacuna(
                "split", "create", "main", "--train", "study", "--holdout", "test=0.5", "--json")
            #expect(split.status == 0, "\(split.errors)")
            let parts = try split.rows().filter { ($0["subjects"] as? Int ?? 0) > 0 }
            #expect(!parts.isEmpty)
            for row in parts {
                #expect(row["volumes"] as? Int == 2 * (row["subjects"] as? Int ?? 0))
            }
            let again = try await bench.lacuna("dataset", "import", path, "--map", map)
            #expect(again.errors.contains("Nothing changed"))
        }
    }
}
