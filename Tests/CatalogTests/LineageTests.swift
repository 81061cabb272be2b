import Catalog
import Domain
import Postgres
import TestSupport
import Testing

/// Lineage backward from a mask, and forward from a source.
@Suite struct LineageTests {
    @Test func aSecondRoundsMaskLeadsBackToEveryFile() async throws {
        try await withTwoRounds { world, story async throws in
            let behind = try await nodes(world, .mask(MaskID(story.second)))
            for node in [
                "mask \(story.first)", "mask \(story.annotation)", "checkpoint \(story.checkpoints[0].rawValue)",
                "checkpoint \(story.checkpoints[1].rawValue)", "volume 1", "volume 2", "volume 3", "label file 1",
                "label file 3", "image file 1", "image file 2", "image file 3",
            ] { #expect(behind.contains(node), "\(node)") }
        }
    }

    @Test func aSourceLeadsForwardToEverythingMadeOfIt() async throws {
        try await withTwoRounds { world, story async throws in
            let derived: Set = [
                "mask \(story.first)", "mask \(story.second)", "checkpoint \(story.checkpoints[0].rawValue)",
                "checkpoint \(story.checkpoints[1].rawValue)",
            ]
            // Volume 1 has a mask, volume 3 only an absence.
            for root in [LineageRoot.volume(VolumeID(1)), .volume(VolumeID(3)), .mask(MaskID(story.annotation))] {
                #expect(try await nodes(world, root, forward: true).isSuperset(of: derived), "\(root)")
            }
            for file in [1, 3] {
                let found = try await world.manager.ask(walk("label file", file))
                #expect(Set(found).isSuperset(of: derived), "label file \(file)")
            }
        }
    }

    /// a is in the backward lineage of b exactly if b is in the forward lineage of a, for all pairs of nodes.
    @Test func backwardAndForwardAreEachOthersInverse() async throws {
        try await withTwoRounds { world, _ async throws in
            var back: Set<String> = []
            var forth: Set<String> = []
            for (kind, table) in [("mask", "mask"), ("checkpoint", "checkpoint"), ("volume", "volume")] {
                for id in try await world.manager.ask("select id from lacuna.\(table)").compactMap(Int64.init) {
                    let root: LineageRoot =
                        switch kind {
                        case "mask": .mask(MaskID(id))
                        case "checkpoint": .checkpoint(CheckpointID(id))
                        default: .volume(VolumeID(id))
                        }
                    for node in try await nodes(world, root)
                    where !node.contains("file") && !node.contains("activity") {
                        back.insert("\(node) < \(kind) \(id)")
                    }
                    for node in try await nodes(world, root, forward: true) where !node.contains("activity") {
                        forth.insert("\(kind) \(id) < \(node)")
                    }
                }
            }
            #expect(back == forth)
            #expect(back.count >= 30)
        }
    }

    @Test func whatMadeANodeIsToldWithWhoAndWhen() async throws {
        try await withTwoRounds { world, story async throws in
            let behind = try await world.catalog.lineage(of: .mask(MaskID(story.second)), forward: false)
            let labels = behind.filter { $0.kind == "activity" }.map(\.label)
            for words in ["import by lacuna, tests, 20", "training of run r by lacunad, tests, 20"] {
                #expect(labels.contains { $0.hasPrefix(words) }, "\(words) in \(labels)")
            }
            let derived = try await world.catalog.lineage(of: .mask(MaskID(story.annotation)), forward: true)
            let makers = derived.filter { $0.kind == "activity" }.map(\.label)
            #expect(!makers.isEmpty && makers.allSatisfy { $0.hasPrefix("training") }, "\(makers)")
        }
    }

    @Test func aCheckpointThatDoesNotExistIsRefused() async throws {
        try await withTwoRounds { world, story async throws in
            try await world.catalog.require(story.checkpoints[0])
            await #expect(throws: CatalogError.unknownCheckpoint(CheckpointID(99))) {
                try await world.catalog.require(CheckpointID(99))
            }
        }
    }

    /// Each kind of checkpoint was trained on its own part; labels are derived from both.
    @Test func aNetworkAndItsConfidenceSawDifferentMasks() async throws {
        try await World.with { world async throws in
            let train = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let confidence = try await world.catalog.add("A", scan: 2, [annotated("liver", 2)]).volume
            let blank = try await world.catalog.add("A", scan: 3).volume
            let empty = try await world.catalog.add("A", scan: 4, [absent("liver")]).volume
            try await world.catalog.split(
                "s", [(train, .train), (confidence, .confidence), (blank, .train), (empty, .confidence)])
            let held = try await world.start("r")
            let network = try await world.checkpoint(held, 0)
            let head = try await world.checkpoint(held, 0, kind: .confidence, part: .confidence)
            try await world.stage(held, 0, network, blank, [("liver", 20, 0.9)])
            try await world.publish(held, 0)
            let next = try await world.checkpoint(held, 1)
            let fallback = try await world.checkpoint(held, 1, kind: .confidence, part: .train)

            #expect(
                try await edges(world, network) == ["made by activity", "trained on mask \(train)"])
            #expect(
                try await edges(world, head) == [
                    "fitted to checkpoint \(network)", "made by activity", "trained on label file 4",
                    "trained on mask \(confidence)", "trained on volume \(empty)",
                ])
            #expect(
                try await edges(world, next) == [
                    "continued from checkpoint \(network)", "made by activity", "trained on mask \(train)",
                    "trained on mask 3",
                ])
            #expect(
                try await edges(world, fallback) == [
                    "fitted to checkpoint \(next)", "made by activity", "trained on mask \(train)",
                ])
            // What the confidence saw is behind its labels, and so behind the next network.
            let behind = try await world.catalog.lineage(of: .checkpoint(next), forward: false)
            #expect(behind.first { $0.kind == "mask" && $0.id == confidence.rawValue }?.depth == 3)
            #expect(behind.first { $0.kind == "checkpoint" && $0.id == head.rawValue }?.via == "ranked by")
            let derived = try await nodes(world, .mask(MaskID(confidence.rawValue)), forward: true)
            #expect(derived.isSuperset(of: ["checkpoint \(head)", "mask 3", "checkpoint \(next)"]))
            #expect(!derived.contains("checkpoint \(network)"))
        }
    }

    /// The nodes one step behind a checkpoint.
    private func edges(_ world: World, _ checkpoint: CheckpointID) async throws -> [String] {
        try await world.catalog.lineage(of: .checkpoint(checkpoint), forward: false).filter { $0.depth == 1 }
            .map { $0.kind == "activity" ? "made by activity" : "\($0.via ?? "") \($0.kind) \($0.id)" }.sorted()
    }

    // MARK: -

    private struct Story {
        let annotation: Int64
        let first: Int64
        let second: Int64
        let checkpoints: [CheckpointID]
    }

    /// Volume 1 annotated, volume 2 unlabelled and relabelled twice, volume 3 only absent.
    private func withTwoRounds(_ body: (World, Story) async throws -> Void) async throws {
        try await World.with { world async throws in
            let known = try await world.catalog.add("A", scan: 1, [annotated("liver", 1)]).volume
            let blank = try await world.catalog.add("A", scan: 2).volume
            let empty = try await world.catalog.add("A", scan: 3, [absent("liver")]).volume
            try await world.catalog.split("s", [(known, .train), (blank, .train), (empty, .train)])
            let held = try await world.start("r")
            var checkpoints: [CheckpointID] = []
            for round in 0..<2 {
                checkpoints.append(try await world.checkpoint(held, round))
                try await world.stage(held, round, checkpoints[round], blank, [("liver", 20 + round, 0.9)])
                try await world.publish(held, round)
            }
            let masks = try await world.manager.ask("select mask_id from lacuna.pseudo_label order by round_id")
                .compactMap(Int64.init)
            try await body(world, Story(annotation: 1, first: masks[0], second: masks[1], checkpoints: checkpoints))
        }
    }

    private func nodes(_ world: World, _ root: LineageRoot, forward: Bool = false) async throws -> Set<String> {
        Set(try await world.catalog.lineage(of: root, forward: forward).map { "\($0.kind) \($0.id)" })
    }

    private func walk(_ kind: String, _ id: Int) -> String {
        """
        with recursive walk (kind, id) as (
            values ('\(kind)', \(id)::bigint) union
            select e.kind, e.id from walk w join lacuna.lineage_edge e on e.source_kind = w.kind and e.source_id = w.id)
        select kind || ' ' || id from walk
        """
    }
}
