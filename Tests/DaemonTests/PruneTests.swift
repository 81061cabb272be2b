import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// `lacuna round prune` on real runs, finished and running.
    @Suite struct PruneTests {
        @Test func aFinishedRunKeepsWhatItsLabelsWereMadeWith() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let before = try await place.annotations()
                let all = try await place.allCheckpoints()
                let planned = try await place.prune("--dry-run")
                #expect(planned["dryRun"] as? Bool == true && planned["pruned"] as? Int == 8)
                #expect(planned["kept"] as? Int == 6)
                #expect(try await place.allCheckpoints() == all)

                let pruned = try await place.prune("r")
                #expect(pruned["pruned"] as? Int == 8 && pruned["bytes"] as? Int == planned["bytes"] as? Int)
                let checkpoints = try #require(pruned["checkpoints"] as? [[String: Any]])
                let kept = try await place.allCheckpoints()
                #expect(
                    kept == all.filter { $0.contains("|24|") || $0.contains("|12|") || $0.contains("|confidence|") })
                for checkpoint in checkpoints {
                    let object = try #require(checkpoint["object"] as? String)
                    let isThere = FileManager.default.fileExists(atPath: place.object(object))
                    #expect(isThere == (checkpoint["pruned"] as? Bool == false), "\(checkpoint)")
                }
                try await place.expectInvariants(annotations: before, "after the pruning")
                #expect(try await place.rows("verify").isEmpty, "no orphan is left")
                try await WholeRun.expect(sameAs: place, "after the pruning")

                let mask = try await place.ask("select max(mask_id) from lacuna.pseudo_label")[0]
                let lineage = try await place.rows("lineage", "mask:\(mask)").compactMap { $0["kind"] as? String }
                #expect(Set(lineage).isSuperset(of: ["checkpoint", "mask", "volume", "activity", "label file"]))
                let first = try await place.ask("select min(id) from lacuna.checkpoint where removal = 'pruned'")[0]
                #expect(try await place.lacuna("lineage", "checkpoint:\(first)").status == 0)

                let again = try await place.prune("r")
                #expect(again["pruned"] as? Int == 0 && again["kept"] as? Int == 6 && again["bytes"] as? Int == 0)
                #expect(try await place.lacuna("round", "prune", "unknown").status == 3)
                #expect(try await place.lacuna("round", "prune", "--keep", "-1").status == 2)
            }
        }

        /// A daemon is killed in each round while pruning goes on beside it, and continues to the same end.
        @Test func pruningBesideADaemonChangesNothingForIt() async throws {
            try await World.with { place in
                for moment in ["round 0: training", "round 1: training", "round 2: training", "round 2: trained"] {
                    let daemon = try place.startDaemon()
                    async let pruned = prune(place, beside: daemon)
                    #expect(await daemon.reports(moment))
                    daemon.signal(SIGKILL)
                    _ = await daemon.end()
                    #expect(try await pruned > 0)
                    _ = try await place.prune()
                }
                let ending = try await place.daemon()
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(!ending.errors.contains("damaged"), "\(ending.errors)")
                try await WholeRun.expect(sameAs: place, "after pruning beside it")
                _ = try await place.prune()
                #expect(try await place.allCheckpoints().count == 6)
                #expect(try await place.lacuna("verify", "--read-data").status == 0)
            }
        }

        /// Prunes until the daemon ends; the number of prunings.
        private func prune(_ place: Place, beside daemon: RunningProgram) async throws -> Int {
            var count = 0
            repeat {
                _ = try await place.prune()
                count += 1
            } while daemon.isRunning
            return count
        }

        @Test func roundShowPrintsHowTheRoundWasMade() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                _ = try await place.prune()
                let shown = try await place.lacuna("round", "show", "r", "1", "--json").object()
                let digest = try await place.ask("select encode(config_sha256, 'hex') from lacuna.run")[0]
                #expect(shown["configurationSHA256"] as? String == digest)
                let configuration = try #require(shown["configuration"] as? [String: [String: Any]])
                #expect(configuration["learning"]?["widths"] as? [Int] == [4, 8])
                #expect(configuration["run"]?["name"] as? String == "r")
                let network = try #require(shown["network"] as? [String: String])
                #expect(network["training.configuration"] == digest && network["training.round"] == "1")
                let expected = [
                    "state": "published", "split": "s", "threads": "1", "precision": "float32", "optimiser": "adam",
                    "widths": "4,8", "classes": "liver,spleen,stomach", "libtorch": network["training.libtorch"] ?? "-",
                    "program": network["training.program"] ?? "-", "processor": network["training.processor"] ?? "-",
                ]
                for (key, value) in expected { #expect(shown[key] as? String == value, "\(key)") }
                #expect(shown["seed"] as? Int == 3 && shown["steps"] as? Int == 36)
                let run = try await place.ask("select revision from lacuna.run")[0]
                #expect(shown["snapshotRevision"] as? Int == Int(run))
                let parts = try #require(shown["parts"] as? [[String: Any]])
                #expect(parts.map { $0["part"] as? String } == ["train", "validation"])
                #expect(parts[1]["volumes"] as? Int == 2)
                let masks = try await place.predictedMasks(ofRound: 1)
                #expect(shown["masks"] as? Int == masks)
                let checkpoints = try #require(shown["checkpoints"] as? [[String: Any]])
                #expect(checkpoints.map { $0["removal"] as? String } == [nil, "pruned", "pruned", nil])
                let history = try #require(shown["history"] as? [[String: Any]])
                #expect(
                    history.map { $0["state"] as? String } == [
                        "planned", "training", "trained", "confidenceFitted", "evaluated", "relabelling", "published",
                    ])
                #expect(history.dropFirst().allSatisfy { $0["worker"] is String })
                let table = try await place.lacuna("round", "show", "r", "1")
                #expect(table.status == 0 && table.output.contains("published") && table.output.contains("pruned"))
                let lines = table.output.split(separator: "\n")
                #expect(lines.allSatisfy { $0.count <= 80 || $0.contains(digest) }, "\(table.output)")
                #expect(try await place.lacuna("round", "show", "r", "9").status == 3)
            }
        }
    }
}

extension Place {
    /// What `lacuna round prune` reports.
    func prune(_ arguments: String...) async throws -> [String: Any] {
        let ending = try await lacuna(["round", "prune"] + arguments + ["--json"])
        try #require(ending.status == 0, "\(ending.errors)")
        return try ending.object()
    }
}
