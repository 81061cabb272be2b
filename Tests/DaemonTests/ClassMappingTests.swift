import Domain
import Foundation
import Phantoms
import TestSupport
import Testing

extension DaemonTests {
    /// The class mapping of a run, through the programs.
    @Suite struct ClassMappingTests {
        /// One more training volume, whose liver is a variant of its own.
        private func addVariant(_ place: Place) async throws {
            let file = "\(place.folder)/organs.csv"
            try "key,name,variant_of\nliver_whole,Liver with its vessels,liver\n".write(
                toFile: file, atomically: true, encoding: .utf8)
            try await place.succeeds("organ", "import", file)
            let grid = PhantomGrid(shape: GridShape(48, 44, 24), spacing: Vector3(8, 8, 10))
            let dataset = PhantomDataset(
                name: "other", layout: .btcv, scans: [PhantomScan(number: 20, grid: grid)])
            try PhantomGenerator.generate(PhantomPlan(seed: 12, datasets: [dataset]), into: "\(place.folder)/more")
            try await place.succeeds(
                "dataset", "import", "\(place.folder)/more/other", "--means", "liver=liver_whole")
            try await place.succeeds(
                "split", "create", "m", "--train", "internal", "--train", "other", "--validation", "heldout")
        }

        private func run(_ name: String, _ classMapping: String) -> RunFile {
            var file = RunFile()
            (file.name, file.organs, file.split, file.classMapping) = (name, "[hepar]", "m", classMapping)
            (file.rounds, file.stepsInRoundZero) = (0, 2)
            return file
        }

        @Test func aRunWithAClassMappingTrainsOnBothAndOneWithoutOnOne() async throws {
            try await World.with { place in
                try await addVariant(place)
                for (name, mapping, volumes) in [("apart", "{}", 2), ("mapped", "{liver: [liver, liver_whole]}", 3)] {
                    let ending = try await place.daemon(run(name, mapping))
                    #expect(ending.status == 0, "\(ending.errors)")
                    let known = try await place.number(
                        """
                        select count(*) from lacuna.run_input i join lacuna.run on run.id = i.run_id
                        join lacuna.organ o on o.id = i.organ_id
                        where run.name = '\(name)' and o.key = 'liver' and i.part = 'train'
                        """)
                    #expect(known == volumes)
                }
                let kept = try await place.ask(
                    "select config #>> '{run,classMapping,liver,1}' from lacuna.run where name = 'mapped'")
                #expect(kept == ["liver_whole"])
                let mapping = try await place.ask(
                    """
                    select o.key || ' ' || a.key from lacuna.run_class_mapping m join lacuna.organ o on o.id = m.organ_id
                    join lacuna.organ a on a.id = m.accepted_id order by m.position
                    """)
                #expect(mapping == ["liver liver", "liver liver_whole"])
                let shown = try await place.organs("mapped", "0")
                #expect(shown.first?["classMapping"] as? [String] == ["liver", "liver_whole"])
                #expect(try await place.organs("apart", "0").first?["classMapping"] is NSNull)
            }
        }

        @Test(arguments: [
            ("{liver: [liver, spleen]}", "not a variant"), ("{spleen: [spleen]}", "neither in run.organs"),
            ("{liver: [moon]}", "moon"), ("{liver: []}", "run.classMapping"),
            ("{liver: [liver], Hepar: [liver_whole]}", "twice"),
        ])
        func aMappingThatDoesNotFitIsRefused(mapping: String, word: String) async throws {
            try await World.with { place in
                try await addVariant(place)
                let ending = try await place.daemon(run("refused", mapping))
                #expect(ending.status == 3, "\(ending.errors)")
                #expect(ending.errors.contains(word) && ending.errors.contains("remedy"), "\(ending.errors)")
                #expect(try await place.number("select count(*) from lacuna.run") == 0)
            }
        }
    }
}
