import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

extension DaemonTests {
    /// Runs on images that are not in Hounsfield units.
    @Suite struct IntensityRunTests {
        private static var run: RunFile {
            var run = RunFile()
            (run.name, run.organs, run.split, run.rounds) = ("mr", "[liver]", "mr", 0)
            (run.stepsInRoundZero, run.checkpointSteps) = (150, 150)
            run.guards = "modalities: [MR]"
            return run
        }

        /// Phantoms whose tissues have the values of an MR between 0 and 1.
        private func importMR(_ place: Place, zeroIsAir: Bool = true) async throws {
            for name in ["internal", "heldout"] {
                let folder = "\(place.folder)/mr_\(name)"
                try FileManager.default.copyItem(atPath: "\(place.data)/\(name)", toPath: folder)
                for file in try FileManager.default.subpathsOfDirectory(atPath: folder)
                where file.contains("img") && file.hasSuffix(".nii.gz") {
                    try place.rewrite("\(folder)/\(file)") { $0 < -500 ? 0 : min(max(($0 + 300) / 600, 0.05), 1) }
                }
                try await place.succeeds("dataset", "import", folder, "--name", "mr_\(name)", "--modality", "MR")
            }
            try await place.succeeds("split", "create", "mr", "--train", "mr_internal", "--validation", "mr_heldout")
        }

        @Test func aRunOnMagneticResonanceLearns() async throws {
            try await World.with { place in
                try await importMR(place)
                let ending = try await place.daemon(Self.run)
                #expect(ending.status == 0, "\(ending.errors)")
                let organs = try await place.organs("mr", "0")
                let dice = try #require(organs.first?["dice"] as? Double)
                print("MR DICE", dice, organs.first ?? [:])
                #expect(dice > 0.5)
                let image = "\(place.folder)/mr_heldout"
                let file = try #require(
                    try FileManager.default.subpathsOfDirectory(atPath: image).first {
                        $0.contains("img") && $0.hasSuffix(".nii.gz")
                    })
                let predicted = try await RunningProgram(
                    "lacunad",
                    [
                        "predict", "\(image)/\(file)", "--round", "mr", "--output", "\(place.folder)/masks", "--json",
                        "--database", place.target("lacunad"), "--home", place.home,
                    ]
                ).end()
                #expect(predicted.status == 0 && !predicted.errors.contains("Hounsfield"), "\(predicted.errors)")
            }
        }

        @Test func aWindowForImagesWithoutHounsfieldUnitsIsRefusedByName() async throws {
            try await World.with { place in
                try await importMR(place)
                var run = Self.run
                run.learning = "intensity: window"
                let ending = try await place.daemon(run)
                #expect(ending.status == 3, "\(ending.errors)")
                #expect(ending.errors.contains("MR is not in Hounsfield units"), "\(ending.errors)")
                #expect(ending.errors.contains("makes almost all of the image, of modality MR, one value"))
                #expect(ending.errors.contains("file: \(place.folder)/mr_") && ending.errors.contains("zscore"))
                #expect(try await place.number("select count(*) from lacuna.run") == 0)
                run.learning = "intensity: zscore"
                (run.stepsInRoundZero, run.checkpointSteps) = (10, 10)
                let corrected = try await place.daemon(run)
                #expect(corrected.status == 0, "the refused run has no name: \(corrected.errors)")
                run.learning = "intensity: zscore\n  windowLow: -100"
                let useless = try await place.daemon(run)
                #expect(
                    useless.errors.contains("learning.windowLow has no effect, because learning.intensity is zscore"),
                    "\(useless.errors)")
            }
        }

        /// Each volume by its modality; an image to predict has to have one.
        @Test func aRunMayHaveBothModalities() async throws {
            try await World.with { place in
                try await importMR(place)
                try await place.succeeds(
                    "split", "create", "both", "--train", "mr_internal", "--train", "internal", "--validation",
                    "mr_heldout", "--validation", "heldout")
                var run = Self.run
                (run.split, run.guards) = ("both", "modalities: [CT, MR]")
                (run.stepsInRoundZero, run.checkpointSteps) = (20, 20)
                let ending = try await place.daemon(run)
                #expect(ending.status == 0, "\(ending.errors)")
                let volumes = try await place.number(
                    "select count(distinct volume_id) from lacuna.evaluation where part = 'validation'")
                #expect(volumes == 4)
                func predict(_ extra: String...) async throws -> Ending {
                    let file = try #require(
                        try FileManager.default.subpathsOfDirectory(atPath: "\(place.data)/heldout").first {
                            $0.contains("img") && $0.hasSuffix(".nii.gz")
                        })
                    return try await RunningProgram(
                        "lacunad",
                        [
                            "predict", "\(place.data)/heldout/\(file)", "--round", "mr", "--output",
                            "\(place.folder)/masks", "--database", place.target("lacunad"), "--home", place.home,
                        ] + extra
                    ).end()
                }
                let unknown = try await predict()
                #expect(
                    unknown.status == 3 && unknown.errors.contains("its modality is not stated")
                        && unknown.errors.contains("give --modality"), "\(unknown.errors)")
                let known = try await predict("--modality", "CT")
                #expect(known.status == 0, "\(known.errors)")
            }
        }
    }
}

extension Place {
    /// Writes an image again with other values, on its own grid.
    fileprivate func rewrite(_ path: String, _ value: (Float) -> Float) throws {
        let source = try NIfTIReader().readImage(path)
        try NIfTIWriter.write(
            .float32(VoxelBuffer(source.voxels.floats.map(value))),
            on: ImageGrid(shape: source.shape, affine: source.grid.affine), to: path)
    }
}
