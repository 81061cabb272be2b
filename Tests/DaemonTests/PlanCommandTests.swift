import Domain
import Foundation
import Imaging
import Plans
import TestSupport
import Testing

extension DaemonTests {
    @Suite struct PlanCommandTests {
        /// A run on the printed file, with fewer steps.
        private func run(_ yaml: String, _ place: Place) async throws -> Ending {
            let path = "\(place.folder)/planned.yaml"
            let short = """
                run:
                  rounds: 0
                  stepsInRoundZero: 2
                  minimumDice: 0
                  minimumQuality: 0
                """
            try yaml.replacing("\nrun:", with: "\n" + short).write(toFile: path, atomically: true, encoding: .utf8)
            return try await RunningProgram(
                "lacunad",
                ["run", "--once", "--config", path, "--database", place.target("lacunad"), "--home", place.home]
            ).end()
        }

        @Test func whatIsPrintedIsTakenByARun() async throws {
            try await World.with { place in
                let plan = try await place.plan("--organs", "liver,Spleen", "--memory", "700M")
                #expect(plan.status == 0, "\(plan.errors)")
                // The phantoms have 48 x 44 x 24 voxels of 8 x 8 x 10 mm.
                for line in [
                    "  name: planned-1", "  split: s", "  organs: [liver, spleen]", "  modalities: [CT]",
                    "  spacing: [8, 8, 10]", "  dimensions: 3", "  patch: [48, 44, 24]", "  batch: 2",
                    "  intensity: window",
                ] {
                    #expect(plan.output.contains(line + "\n"), "\(line)\n\(plan.output)")
                }
                #expect(plan.errors.contains("planned from 6 training volumes"), "\(plan.errors)")
                #expect(try await place.number("select count(*) from lacuna.run") == 0, "nothing is recorded")
                let again = try await place.plan("--organs", "liver,spleen", "--memory", "700M")
                #expect(again.output == plan.output)
                let ending = try await run(plan.output, place)
                #expect(ending.status == 0 && ending.errors.contains("trained, 2 steps"), "\(ending.errors)")
                let next = try await place.plan("--organs", "liver,spleen", "--memory", "700M")
                #expect(next.output.contains("  name: planned-2\n"), "the name is taken")
            }
        }

        /// The window is that of the annotated voxels, computed here from the files.
        @Test func theWindowIsThatOfTheAnnotatedVoxels() async throws {
            try await World.with { place in
                let rows = try await place.plan("--organs", "liver", "--memory", "1G", "--json", "-q").rows()
                func value(_ key: String) -> Any? { rows.first { $0["key"] as? String == key }?["value"] }
                var means: [Double] = []
                for mask in try await place.rows("mask", "list", "--organ", "liver") {
                    let volume = try #require(mask["volume"] as? Int)
                    let shown = try await place.rows("volume", "list").first { $0["id"] as? Int == volume }
                    let source = try #require((shown?["sources"] as? [[String: Any]])?.first)
                    guard let dataset = source["dataset"] as? String, ["internal", "public"].contains(dataset),
                        mask["status"] as? String == "annotated"
                    else { continue }
                    let (file, path) = (try #require(source["file"] as? String), "\(place.folder)/\(volume).nii.gz")
                    try await place.succeeds("mask", "export", "\(volume)", "liver", "--output", path)
                    let image = try NIfTIReader().readImage("\(place.data)/\(dataset)/\(file)")
                    let bits = try NIfTIReader().readImage(path).voxels.floats
                    let values = zip(image.voxels.floats, bits).filter { $0.1 > 0 }.map { Double($0.0) }
                    means.append(values.reduce(0, +) / Double(values.count))
                }
                let mean = means.reduce(0, +) / Double(means.count)
                let planned = try #require(value("learning.intensityMean") as? Double)
                #expect(means.count > 2 && abs(planned - mean) < 0.01, "\(planned), \(mean)")
                let low = try #require(value("learning.windowLow") as? Int)
                let high = try #require(value("learning.windowHigh") as? Int)
                #expect(low < Int(mean) && high > Int(mean))
            }
        }

        @Test func magneticResonanceNeedsNoImages() async throws {
            try await World.with { place in
                for name in ["internal", "heldout"] {
                    let folder = "\(place.folder)/mr_\(name)"
                    try FileManager.default.copyItem(atPath: "\(place.data)/\(name)", toPath: folder)
                    try place.shift(folder)
                    try await place.succeeds("dataset", "import", folder, "--name", "mr_\(name)", "--modality", "MR")
                }
                try await place.succeeds(
                    "split", "create", "mr", "--train", "mr_internal", "--validation", "mr_heldout")
                try await place.succeeds(
                    "split", "create", "no", "--train", "mr_internal", "--train", "internal", "--validation", "heldout",
                    "--validation", "mr_heldout")
                let both = try await place.plan(split: "no", "--organs", "liver", "--memory", "1G")
                #expect(both.status == 0, "\(both.errors)")
                #expect(
                    both.output.contains("  modalities: [CT, MR]\n")
                        && both.output.contains("  intensity: byModality\n"))
                #expect(both.output.contains("each image of MR by its own mean and deviation"), "\(both.output)")
                try FileManager.default.removeItem(atPath: "\(place.folder)/mr_internal")
                let alone = try await place.plan(split: "mr", "--organs", "liver", "--memory", "1G")
                #expect(alone.status == 0, "\(alone.errors)")
                #expect(alone.output.contains("  modalities: [MR]\n") && alone.output.contains("  intensity: zscore\n"))
                #expect(!alone.output.contains("window"), "\(alone.output)")
                let chosen = try await place.plan(
                    split: "no", "--organs", "liver", "--memory", "1G", "--modality", "mr")
                #expect(chosen.output.contains("  modalities: [MR]\n"), "\(chosen.errors)")
            }
        }

        @Test func missingImagesAreNamed() async throws {
            try await World.with { place in
                let data = "\(place.folder)/data"
                try FileManager.default.copyItem(atPath: "\(place.data)/internal", toPath: data)
                try await place.succeeds("dataset", "relocate", "internal", data)
                let images = try FileManager.default.subpathsOfDirectory(atPath: data).filter {
                    $0.contains("img") && $0.hasSuffix(".nii.gz")
                }
                try FileManager.default.removeItem(atPath: "\(data)/\(images[0])")
                let plan = try await place.plan("--organs", "liver", "--memory", "1G")
                #expect(plan.status == 4 && plan.output.contains("windowLow"), "\(plan.errors)")
                #expect(plan.errors.contains(images[0]) && plan.errors.contains("could not be read"), "\(plan.errors)")
                try await place.succeeds("split", "create", "one", "--train", "internal", "--validation", "heldout")
                for image in images.dropFirst() { try FileManager.default.removeItem(atPath: "\(data)/\(image)") }
                let none = try await place.plan(split: "one", "--organs", "liver", "--memory", "1G")
                #expect(none.status == 3 && none.output.isEmpty, "\(none.errors)")
                #expect(none.errors.contains("no image of the sample can be read"), "\(none.errors)")
            }
        }

        @Test func aFileIsNeverOverwritten() async throws {
            try await World.with { place in
                let file = "\(place.folder)/run.yaml"
                let first = try await place.plan("--organs", "liver", "--memory", "1G", "--output", file)
                #expect(first.status == 0 && first.output.isEmpty, "\(first.errors)")
                let text = try String(contentsOfFile: file, encoding: .utf8)
                #expect(text.contains("learning:\n"))
                let second = try await place.plan("--organs", "spleen", "--memory", "1G", "--output", file)
                #expect(second.status == 5 && second.errors.contains("the file exists"), "\(second.errors)")
                #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
                let nowhere = try await place.plan("--organs", "liver", "--output", "\(place.folder)/none/run.yaml")
                #expect(nowhere.status == 3 && nowhere.errors.contains("cannot be written"), "\(nowhere.errors)")
            }
        }

        @Test func whatCannotBePlannedIsNamed() async throws {
            try await World.with { place in
                let cases: [(split: String, arguments: [String], status: Int32, text: String)] = [
                    ("nowhere", ["--organs", "liver"], 3, "no split is named nowhere"),
                    ("s", ["--organs", "splen"], 3, "did you mean spleen"),
                    ("s", ["--organs", "liver,liver"], 2, "given twice"),
                    ("s", ["--organs", "liver,lung_upper_lobe_left"], 3, "is annotated with lung_upper_lobe_left"),
                    ("s", ["--organs", "liver", "--modality", "MR"], 3, "has no annotated volume"),
                    ("unjudged", ["--organs", "liver"], 3, "part validation"),
                    ("s", ["--organs", "liver", "--memory", "100M"], 3, "of memory are too little"),
                    ("s", ["--organs", "liver", "--memory", "8X"], 2, "8X"),
                    ("s", ["--organs", " , "], 2, "names no organ"),
                    ("s", ["--organs", "liver", "--sample", "0"], 2, "--sample"),
                ]
                for (split, arguments, status, text) in cases {
                    let ending = try await place.plan(split: split, arguments)
                    #expect(ending.status == status, "\(arguments): \(ending.errors)")
                    #expect(ending.errors.contains(text), "\(arguments): \(ending.errors)")
                    #expect(ending.output.isEmpty)
                }
                try await place.change(
                    "set session_replication_role = replica; update lacuna.source set affine[1] = 0.01, spacing[1] = 0.01 where volume_id = 1"
                )
                let thin = try await place.plan("--organs", "liver")
                #expect(thin.status == 3 && thin.errors.contains("outside 0.1 to 20 mm"), "\(thin.errors)")
                #expect(thin.errors.contains("volume exclude 1"), "\(thin.errors)")
            }
        }

        /// A measured step of the program takes no more than the estimate, and not a small part of it.
        @Test(arguments: [
            (3, [8, 16, 32], 32, 2, 5), (3, [16, 32, 64], 48, 1, 2), (2, [16, 32, 64, 128], 128, 4, 3),
        ]) func theEstimateBoundsAMeasuredStep(
            _ dimensions: Int, _ widths: [Int], _ size: Int, _ batch: Int, _ organs: Int
        ) async throws {
            let ending = try await RunningProgram(
                "lacunad",
                [
                    "benchmark", "step", "--dimensions", "\(dimensions)", "--size", "\(size)", "--batch", "\(batch)",
                    "--widths", widths.map(String.init).joined(separator: ","), "--organs", "\(organs)", "--steps", "1",
                    "--json",
                ]
            ).end()
            let result = try ending.object()
            let estimate = StepMemory(
                dimensions: dimensions, inputChannels: dimensions == 2 ? LearningSettings().contextSlices : 1,
                widths: widths, organs: organs, patch: Array(repeating: size, count: dimensions), batch: batch
            ).bytes
            let peak = try #require(result["peakBytes"] as? Int)
            #expect(peak <= estimate && estimate < 3 * peak, "measured \(peak), estimated \(estimate)")
            let share = try #require(result["share"] as? Double)
            #expect(share > 0 && share < 2, "\(result)")
        }
    }
}

extension Place {
    /// `lacunad plan` of a split.
    fileprivate func plan(split: String = "s", _ arguments: String...) async throws -> Ending {
        try await plan(split: split, arguments)
    }

    fileprivate func plan(split: String = "s", _ arguments: [String]) async throws -> Ending {
        try await RunningProgram(
            "lacunad",
            ["plan", "--split", split, "--database", target("lacunad"), "--home", home] + arguments
        ).end()
    }

    /// Other values, so that the images of a folder are volumes of their own.
    fileprivate func shift(_ folder: String) throws {
        for file in try FileManager.default.subpathsOfDirectory(atPath: folder)
        where file.contains("img") && file.hasSuffix(".nii.gz") {
            let source = try NIfTIReader().readImage("\(folder)/\(file)")
            let values = source.voxels.floats.map { $0 < -500 ? 0 : min(max(($0 + 300) / 600, 0.05), 1) }
            try NIfTIWriter.write(
                .float32(VoxelBuffer(values)), on: ImageGrid(shape: source.shape, affine: source.grid.affine),
                to: "\(folder)/\(file)")
        }
    }
}
