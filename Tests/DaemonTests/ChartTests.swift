import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// What a run records for charts, and the charts of its rounds.
    @Suite struct ChartTests {
        @Test func aRunIsDrawn() async throws {
            try await World.with { place in
                var file = RunFile()
                (file.rounds, file.stepsInRoundZero) = (1, 60)
                let ending = try await place.daemon(file)
                try #require(ending.status == 0, "\(ending.errors)")
                try await place.expectReliability()
                try await place.expectPrecision()
                for (name, arguments) in [
                    ("dice", ["dice", "r"]), ("against", ["dice", "r", "--against", "r"]),
                    ("confidence", ["confidence", "r"]),
                    ("reliability", ["reliability", "r"]), ("precision", ["precision", "r", "--round", "0"]),
                ] {
                    for format in ["png", "svg"] {
                        let path = "\(place.folder)/\(name).\(format)"
                        let drawn = try await place.lacuna(["round"] + arguments + ["--chart", path])
                        #expect(
                            drawn.status == 0 && drawn.errors.contains("Wrote \(path)."), "\(name): \(drawn.errors)")
                        #expect(try Data(contentsOf: URL(filePath: path)).count > 5000)
                    }
                }
                let none = try await place.lacuna("round", "reliability", "r", "--round", "7")
                #expect(
                    none.status == 3 && none.errors.contains("round 7 of r has no predicted mask"), "\(none.errors)")
            }
        }
    }
}

extension Place {
    /// The table of confidences is that of the stored evaluations.
    fileprivate func expectReliability() async throws {
        let rows = try await rows("round", "reliability", "r")
        let all = try #require(rows.last)
        #expect(all["range"] as? String == "all")
        let masks = try await number(
            """
            select count(*) from lacuna.evaluation e join lacuna.round r on r.id = e.round_id
            where r.number = 1 and e.confidence is not null and e.dice is not null
            """)
        #expect(masks > 0 && all["masks"] as? Int == masks)
        #expect(rows.dropLast().compactMap { $0["masks"] as? Int }.reduce(0, +) == masks)
        let empty = "select count(*) from lacuna.evaluation where (confidence is null) <> (predicted_ml = 0)"
        #expect(try await number(empty) == 0, "each predicted mask has a confidence")
    }

    /// All positives together are as precise as the overlaps of the evaluation say.
    fileprivate func expectPrecision() async throws {
        let rows = try await rows("round", "precision", "r")
        #expect(!rows.isEmpty)
        for row in rows {
            let (organ, positives) = (try #require(row["organ"] as? String), try #require(row["positives"] as? Int))
            let whole = try #require(row["precision100"] as? Double)
            let (by, plain) = (
                try #require(row["byConfidence"] as? [Double]), try #require(row["byProbability"] as? [Double])
            )
            #expect(by.count == 20 && plain.count == 20 && abs(by[19] - whole) < 1e-6 && abs(plain[19] - whole) < 1e-6)
            // 2 both = Dice (predicted + truth), in millilitres; a voxel has 0.64.
            let found = try await ask(
                """
                select sum(e.predicted_ml) / 0.64, sum(e.dice * (e.predicted_ml + e.reference_ml)) / 2 / sum(e.predicted_ml)
                from lacuna.evaluation e join lacuna.round r on r.id = e.round_id join lacuna.organ o on o.id = e.organ_id
                where r.number = 1 and o.key = '\(organ)'
                """
            )[0].split(separator: "|").compactMap { Double($0) }
            #expect(abs(found[0] - Double(positives)) < 0.5 && abs(found[1] - whole) < 1e-3, "\(organ): \(found)")
        }
    }
}
