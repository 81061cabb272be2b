import Domain
import Foundation
import Imaging
import TestSupport
import Testing

extension DaemonTests {
    /// Pseudo labels are exported only on request, and not after a rollback or a removal.
    @Suite struct PseudoExportTests {
        @Test func pseudoLabelsAreExportedWhenAskedAndUntilTheyAreRecalled() async throws {
            try await World.with { place in
                let ending = try await place.daemon()
                try #require(ending.status == 0, "\(ending.errors)")
                let covered = try await place.rows("coverage", "--by", "dataset")
                let shown = covered.filter { $0["dataset"] as? String == "public" }
                    .reduce(0) { $0 + ($1["pseudo"] as? Int ?? 0) }
                try #require(shown > 0)
                let revision = try await place.number("select max(revision) from lacuna.change")
                let before = ["--as-of", String(revision)]
                #expect(try await pseudo(place, []) == 0)
                #expect(try await pseudo(place, ["--include-pseudo"]) == shown)
                #expect(try await pseudo(place, ["--include-pseudo", "--run", "r"]) == shown)
                try await expectDatalist(place)

                try await place.succeeds("mask", "rollback", "--run", "r", "--to", "none", "--reason", "a test")
                #expect(try await pseudo(place, ["--include-pseudo"]) == 0)
                for more in [[], ["--run", "r"]] {
                    #expect(try await pseudo(place, ["--include-pseudo"] + before + more) == shown)
                }

                try await place.succeeds("dataset", "remove", "internal", "--yes", "--reason", "a test")
                for more in [[], ["--run", "r"]] {
                    #expect(try await pseudo(place, ["--include-pseudo"] + before + more) == 0, "\(more)")
                }
            }
        }

        /// The number of pseudo labels in an export to nnU-Net.
        private func pseudo(_ place: Place, _ more: [String]) async throws -> Int {
            let folder = "\(place.folder)/\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let ending = try await place.lacuna(
                [
                    "export", "nnunet", "--output", folder, "--dataset-id", "1", "--name", "A", "--organs",
                    "liver,spleen,stomach", "--dataset", "public", "--json",
                ] + more)
            try #require(ending.status == 0, "\(more): \(ending.errors)")
            let report = try #require(
                try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any])
            let organs = try #require(report["organs"] as? [[String: Any]])
            return organs.reduce(0) { $0 + ($1["pseudo"] as? Int ?? 0) }
        }

        /// An exported pseudo label repeats the annotations and fills only open voxels; its organs have a confidence.
        private func expectDatalist(_ place: Place) async throws {
            let file = "\(place.folder)/list.json"
            try await place.succeeds(
                "export", "monai", "--output", file, "--organs", "liver,spleen,stomach", "--dataset", "public",
                "--include-pseudo", "--data-root", place.data)
            let text = try Data(contentsOf: URL(filePath: file))
            let json = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
            let ignore = try #require(json["ignore"] as? Int)
            let items = try #require(json["training"] as? [[String: Any]]).filter { $0["pseudo_label"] != nil }
            try #require(!items.isEmpty)
            let reader = NIfTIReader()
            for item in items {
                #expect((item["image"] as? String)?.hasPrefix("public/") == true, "relative to the data root")
                let confidence = try #require(item["confidence"] as? [String: Double])
                #expect(!confidence.isEmpty && confidence.values.allSatisfy { (0...1).contains($0) })
                let filled = try reader.readLabels(try #require(item["pseudo_label"] as? String))
                guard let path = item["label"] as? String else { continue }
                let annotated = try reader.readLabels(path)
                for value in 1..<ignore {
                    var lost = annotated.mask(of: [value])
                    lost.subtract(filled.mask(of: [value]))
                    #expect(lost.isEmpty, "\(value) in \(path)")
                }
                var opened = filled.mask(of: [ignore])
                opened.subtract(annotated.mask(of: [ignore]))
                #expect(opened.isEmpty, "no annotated voxel is open")
            }
        }
    }
}
