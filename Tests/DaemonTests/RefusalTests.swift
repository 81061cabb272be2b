import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// Errors name the file where there is one, the problem and the remedy; the exit status gives the kind.
    @Suite struct RefusalTests {
        private func expect(
            _ ending: Ending, _ status: Int32, _ words: String..., location: SourceLocation = #_sourceLocation
        ) {
            #expect(ending.status == status, "\(ending.errors)", sourceLocation: location)
            #expect(ending.errors.contains("\n  remedy: "), "\(ending.errors)", sourceLocation: location)
            for word in words {
                #expect(ending.errors.contains(word), "\(word) in \(ending.errors)", sourceLocation: location)
            }
        }

        @Test(
            arguments: [
                ("no file", nil, "cannot be read"),
                ("no YAML", "run: [", "not YAML"),
                (
                    "byte order mark", "\u{FEFF}run: {name: a, organs: [liver], split: s, rounds: 101}",
                    "run.rounds is 101"
                ),
                ("empty", "", "run is missing"),
                ("unknown section", "run: {name: a, organs: [liver], split: s}\nnet: {}", "net is not a section"),
                ("misspelt key instead of a required one", "run: {name: a, splt: s}", "run.splt is not a key"),
                ("unknown key", "run: {name: a, organs: [liver], split: s, round: 3}", "run.round is not a key"),
                (
                    "unknown setting", "run: {name: a, organs: [liver], split: s}\nlearning: {width: 3}",
                    "learning.width is not a key"
                ),
                (
                    "line", "run:\n  name: a\n  organs: [liver]\n  split: s\n  rounds: 101",
                    "run.rounds is 101 (line 5)"
                ),
                (
                    "without effect", "run: {name: a, organs: [liver], split: s, confidenceSteps: 5}",
                    "run.confidenceSteps has no effect, because run.confidence is probability (line 1)"
                ),
                (
                    "a plateau without evaluations",
                    "run: {name: a, organs: [liver], split: s, plateauSteps: 400}",
                    "run.plateauSteps has no effect, because run.validateEvery is 0 (line 1)"
                ),
                (
                    "a gain without a plateau",
                    "run: {name: a, organs: [liver], split: s, validateEvery: 100, plateauGain: 0.01}",
                    "run.plateauGain has no effect, because run.plateauSteps is 0 (line 1)"
                ),
                (
                    "evaluations after the last step",
                    "run: {name: a, organs: [liver], split: s, validateEvery: 2000}",
                    "run.validateEvery has no effect, because no round has more than 2000 steps (line 1)"
                ),
                (
                    "a plateau shorter than the evaluations are apart",
                    "run: {name: a, organs: [liver], split: s, validateEvery: 200, plateauSteps: 100}",
                    "run.plateauSteps is 100"
                ),
                (
                    "learning rates of other rounds",
                    "run: {name: a, organs: [liver], split: s}\nlearning: {learningRates: [0.1, 0.1]}",
                    "learning.learningRates is [0.1, 0.1] (line 2)"
                ),
                ("out of range", "run: {name: a, organs: [liver], split: s, rounds: 101}", "run.rounds is 101"),
                ("wrong kind", "run: {name: a, organs: [liver], split: s, rounds: many}", "run.rounds is many"),
                (
                    "negative rate", "run: {name: a, organs: [liver], split: s}\nlearning: {learningRate: -1}",
                    "learning.learningRate is -1"
                ),
                (
                    "lease", "run: {name: a, organs: [liver], split: s}\ndaemon: {leaseSeconds: 0}",
                    "daemon.leaseSeconds is 0"
                ),
                (
                    "guard", "run: {name: a, organs: [liver], split: s, guardRatio: 1000}",
                    "run.guardRatio is 1000"
                ),
                (
                    "patch", "run: {name: a, organs: [liver], split: s}\nlearning: {patch: [33, 32]}",
                    "learning.patch is [33, 32]"
                ),
                (
                    "near", "run: {name: a, organs: [liver], split: s}\nlearning: {width: 3}",
                    "did you mean learning.widths"
                ),
                ("no list", "run: {name: a, organs: liver, split: s}", "run.organs is liver"),
                (
                    "spacing", "run: {name: a, organs: [liver], split: s}\ngrid: {spacing: [1, 1]}",
                    "grid.spacing is [1, 1]"
                ),
                (
                    "moved", "run: {name: a, organs: [liver], split: s}\nlearning: {seed: 3}",
                    "learning.seed is not a key"
                ),
                ("no mapping", "run: 3", "run is not a mapping"),
            ] as [(String, String?, String)])
        func aWrongConfigurationIsRefused(case name: String, text: String?, word: String) async throws {
            let path = "\(TemporaryFolder.make())/run.yaml"
            try text?.write(toFile: path, atomically: true, encoding: .utf8)
            let nowhere = "host=/nonexistent"
            let ending = try await RunningProgram(
                "lacunad", ["run", "--once", "--config", path, "--database", nowhere]
            ).end()
            expect(ending, 3, word, path)
        }

        @Test func defaultsAreShownAsAFileHasThem() async throws {
            let ending = try await RunningProgram("lacunad", ["run", "--defaults", "--csv"]).end()
            #expect(ending.status == 0)
            #expect(ending.output.contains("\nrun.trainsOnUnassigned,flag,false,"))
            #expect(ending.output.contains("\nrun.guardRatio,number,2,above 1 to 100,"))
        }

        /// Each key once, with its type, default and limits.
        @Test func everyKeyIsListedOnce() async throws {
            let ending = try await RunningProgram("lacunad", ["run", "--defaults", "--json"]).end()
            let rows = try #require(
                try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [[String: String]])
            let keys = rows.compactMap { $0["key"] }
            #expect(keys.count == rows.count && Set(keys).count == keys.count)
            for row in rows {
                #expect(["type", "default", "limits", "purpose"].allSatisfy { row[$0]?.isEmpty == false })
            }
            #expect(rows.first { $0["key"] == "run.name" }?["default"] == "required")
            #expect(rows.first { $0["key"] == "run.gammas" }?["default"] == "[0.333, 0.667, 1]")
            #expect(rows.first { $0["key"] == "grid.spacing" }?["default"] == "not set")
        }

        /// A device that is not there is refused with those that are, and the run has not taken its name.
        @Test func aMissingDeviceIsNamed() async throws {
            try await World.with { place in
                var file = RunFile()
                file.learning = "device: cuda:200"
                let ending = try await place.daemon(file)
                let problem = "learning.device is cuda:200, which libtorch does not have on this machine (line "
                expect(ending, 3, problem, "cpu")
                #expect(try await place.ask("select count(*) from lacuna.run") == ["0"])
            }
        }

        @Test func wrongUsageIsReported() async throws {
            for arguments in [["run"], ["run", "--once"], ["run", "--config", "/x"], ["walk"]] {
                let ending = try await RunningProgram("lacunad", arguments).end()
                #expect(ending.status == 2, "\(arguments): \(ending.errors)")
                #expect(ending.output == "")
            }
        }

        @Test func whatTheCatalogueDoesNotHaveIsNamed() async throws {
            try await World.with { place in
                var file = RunFile()
                file.organs = "[liver, spleeen]"
                expect(
                    try await place.daemon(file), 3, "run.organs (line 3): no organ is named spleeen",
                    "did you mean spleen")
                file = RunFile()
                file.split = "elsewhere"
                expect(
                    try await place.daemon(file), 3, "run.split (line 4): no split is named elsewhere",
                    "lacuna split create")
                file.split = "unlabelled"
                expect(
                    try await place.daemon(file), 3, "no annotated volume of its organs in the part train",
                    "modality CT (run.modalities) and origin expert")
                file = RunFile()
                file.name = "unjudged"
                file.split = "unjudged"
                expect(try await place.daemon(file), 3, "no annotated volume in the part validation")
                expect(try await place.daemon(login: "lacuna"), 5, "may change annotations", "lacuna_trainer")
                expect(try await place.daemon(login: "postgres"), 5, "may change annotations")
                let other = try await World.current.makePlace()
                try FileManager.default.removeItem(atPath: "\(other.objects)/lacuna-store")
                try "lacuna-store 1\ncatalogue 00000000-0000-4000-8000-000000000000\n".write(
                    toFile: "\(other.objects)/lacuna-store", atomically: true, encoding: .utf8)
                expect(try await other.daemon(), 5, "belongs to catalogue 00000000", other.objects)
                try FileManager.default.removeItem(atPath: other.objects)
                expect(try await other.daemon(), 7, "there is no object store here", other.objects)
            }
        }

        @Test(arguments: ["unlabelled", "unjudged"])
        func aRunThatIsRefusedLeavesItsNameToTheCorrectedPlan(split: String) async throws {
            try await World.with { place in
                var file = RunFile()
                file.split = split
                #expect(try await place.daemon(file).status == 3)
                #expect(try await place.number("select count(*) from lacuna.run") == 0)
                let corrected = try await place.daemon()
                #expect(corrected.status == 0, "\(corrected.errors)")
            }
        }

        /// A window beyond all tissue, found when an image is read.
        @Test func aWindowThatFitsNoImageLeavesTheNameToTheCorrectedPlan() async throws {
            try await World.with { place in
                var file = RunFile()
                file.learning = "windowLow: 3500\n  windowHigh: 4000"
                expect(try await place.daemon(file), 3, "makes almost all of the image, of modality CT, one value")
                #expect(try await place.number("select count(*) from lacuna.run") == 0)
                file.learning = "windowLow: -200\n  windowHigh: 300"
                let corrected = try await place.daemon(file)
                #expect(corrected.status == 0, "\(corrected.errors)")
            }
        }

        @Test func anOrganWithoutAnnotationsIsWarnedOf() async throws {
            try await World.with { place in
                var file = RunFile()
                file.organs = "[liver, brain]"
                let ending = try await place.daemon(file)
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(ending.errors.contains("lacunad: warning: brain is annotated in no training volume"))
                let brain = try await place.organs("r", "0").first { $0["organ"] as? String == "brain" }
                #expect(brain?["withheld"] as? String == "annotated in too few training volumes")
                let states = try await place.rows("round", "list").compactMap { $0["state"] as? String }
                #expect(states == ["published", "published", "closed"])
                try await rollBack(place)
                #expect(
                    try await place.number(
                        "select count(*) from lacuna.pseudo_label l join lacuna.organ o on o.id = organ_id where key = 'brain'"
                    ) == 0)
            }
        }

        /// Rounds are named by their run and number, and a command that changes nothing reports it.
        private func rollBack(_ place: Place) async throws {
            let arguments = ["mask", "rollback", "--run", "r", "--reason", "x"]
            func rollBack(_ more: String...) async throws -> Ending { try await place.lacuna(arguments + more) }
            #expect(try await rollBack().status == 2)
            expect(try await rollBack("--to", "7"), 3, "run r has published no round 7", "0, 1, or none")
            for changed in ["yes", "no"] {
                let ending = try await rollBack("--to", "none", "--organ", "Liver")
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(ending.output.contains("changed    \(changed)"), "\(ending.output)")
                #expect(ending.errors.contains("nothing changed") == (changed == "no"))
            }
            let adopted = try await place.lacuna("round", "adopt", "r")
            #expect(adopted.status == 0 && adopted.output.contains("changed   no"), "\(adopted.output)")
        }

        @Test func anOrganMayBeSpeltAsPeopleDo() async throws {
            try await World.with { place in
                var file = RunFile()
                file.organs = "[Liver, SPLEEN, stomach]"
                let ending = try await place.daemon(file)
                #expect(ending.status == 0, "\(ending.errors)")
                try await WholeRun.expect(sameAs: place, "one plan, however its organs are spelt")
                file.organs = "[liver, Liver]"
                expect(try await place.daemon(file), 3, "organs")
            }
        }

        @Test func anotherPlanUnderTheSameNameIsRefused() async throws {
            try await World.with { place in
                let first = try place.startDaemon(.long)
                #expect(await first.reports("round 0: training"))
                first.signal(SIGTERM)
                #expect(await first.end().status == 130)
                expect(try await place.daemon(), 5, "run r exists with another plan")
            }
        }

        @Test func anImageThatIsNotTheImportedFileIsNamed() async throws {
            try await World.with { place in
                // Datasets are referenced in place; the rows of this copy point to a copy of the files.
                let moved = "\(place.folder)/moved"
                try FileManager.default.copyItem(atPath: place.data, toPath: moved)
                _ = try await place.ask(
                    """
                    with u as (update lacuna.release set root = replace(root, '\(place.data)', '\(moved)') returning 1)
                    select count(*) from u
                    """
                )
                let image = "\(moved)/public/s0002/ct.nii.gz"
                let bytes = try Data(contentsOf: URL(filePath: image))
                try FileManager.default.removeItem(atPath: image)
                expect(try await place.daemon(), 3, "missing", image, "restore the file")
                try FileManager.default.copyItem(atPath: "\(moved)/public/s0001/ct.nii.gz", toPath: image)
                expect(try await place.daemon(), 3, "not the file that was imported", image)
                try bytes.prefix(bytes.count / 2).write(to: URL(filePath: image))
                expect(try await place.daemon(), 3, image)
                try bytes.write(to: URL(filePath: image))
                let ending = try await place.daemon()
                #expect(ending.status == 0, "\(ending.errors)")
                try await WholeRun.expect(sameAs: place, "after the image is back")
            }
        }

        @Test func aDamagedMaskIsReported() async throws {
            try await World.with { place in
                let object = try await place.ask(
                    """
                    select m.id, encode(m.object_digest, 'hex') from lacuna.mask m join lacuna.organ o on o.id = m.organ_id
                    where o.key = 'liver' order by m.id limit 1
                    """)[0].split(separator: "|").map(String.init)
                let path = "\(place.objects)/\(object[1].prefix(2))/\(object[1].dropFirst(2))"
                var bytes = try Data(contentsOf: URL(filePath: path))
                for index in bytes.indices.suffix(bytes.count / 2) { bytes[index] ^= 0x55 }
                try FileManager.default.removeItem(atPath: path)
                try bytes.write(to: URL(filePath: path))
                expect(try await place.daemon(), 6, "damaged", "lacuna verify --read-data")
            }
        }

        @Test func aFailedRoundIsRestartedOnlyWhenAsked() async throws {
            try await World.with { place in
                let daemon = try place.startDaemon()
                #expect(await daemon.reports("round 0: held-out"))
                daemon.signal(SIGTERM)
                #expect(await daemon.end().status == 130)
                _ = try await place.ask(
                    """
                    with u as (update lacuna.round set state = 'failed', record = record || '{"failure": "the loss"}'
                        where number = 0 returning 1) select count(*) from u
                    """)
                expect(try await place.daemon(), 5, "round 0 failed: the loss", "--retry-failed")
                let again = try await place.startDaemon(RunFile(), "--retry-failed").end()
                #expect(again.status == 0, "\(again.errors)")
                try await WholeRun.expect(sameAs: place, "after the retry")
            }
        }
    }
}
