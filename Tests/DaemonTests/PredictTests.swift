import Domain
import Foundation
import Imaging
import TestSupport
import Testing

extension DaemonTests {
    /// `lacunad predict` on images that are in no catalogue.
    @Suite struct PredictTests {
        @Test func masksAreWrittenOnTheGridOfTheImageAndNothingIsRecorded() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let before = try await place.contents()
                let image = try place.heldOutImage()
                let output = "\(place.folder)/masks"
                let ending = try await place.predict(image, "--round", "r/1", "--output", output, "--json")
                #expect(ending.status == 0, "\(ending.errors)")
                let rows = try ending.rows()
                #expect(rows.compactMap { $0["organ"] as? String } == ["liver", "spleen", "stomach"])
                let grid = try NIfTIReader().readHeader(image).grid
                for row in rows {
                    let mask = try NIfTIReader().readHeader(try #require(row["file"] as? String)).grid
                    #expect(mask.shape == grid.shape && mask.affine == grid.affine)
                }
                #expect(try await place.contents() == before)
            }
        }

        @Test func whatExistsIsReplacedOnRequestOnly() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let (image, output) = (try place.heldOutImage(), "\(place.folder)/masks")
                #expect(try await place.predict(image, "--round", "r", "--output", output).status == 0)
                let again = try await place.predict(image, "--round", "r", "--output", output)
                #expect(again.status == 5 && again.errors.contains("it exists already"), "\(again.errors)")
                #expect(try await place.predict(image, "--round", "r", "--output", output, "--force").status == 0)
            }
        }

        @Test func imagesThatTheRunCannotKnowAreNamed() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let (image, output) = (try place.heldOutImage(), "\(place.folder)/masks")
                func refuses(_ problem: String, status: Int32, _ arguments: String...) async throws {
                    let ending = try await place.predict(arguments + ["--output", output])
                    #expect(ending.status == status && ending.errors.contains(problem), "\(ending.errors)")
                }
                try await refuses("run r has no round 7", status: 3, image, "--round", "r/7")
                try await refuses("its modality is MR", status: 3, image, "--round", "r", "--modality", "MR")
                try await refuses("two images are named", status: 2, image, image, "--round", "r")
                try await refuses("remedy", status: 3, "\(place.folder)/none.nii.gz", "--round", "r")
                let broken = "\(place.folder)/nan.nii.gz"
                try place.copy(image, to: broken) { _ in .nan }
                try await refuses("NaN or infinite", status: 3, broken, "--round", "r")
                #expect(!FileManager.default.fileExists(atPath: "\(output)/nan"))
                let both = try await place.predict([image, broken, "--round", "r", "--output", output])
                #expect(both.status == 4 && both.output.contains("spleen"), "\(both.output) \(both.errors)")
                #expect(both.errors.contains("NaN or infinite"), "\(both.errors)")
                let huge = "\(place.folder)/huge.nii.gz"
                try place.copy(image, to: huge, spacingFactor: 1000) { $0 }
                try await refuses("is outside 0.1 to 20 mm", status: 3, huge, "--round", "r")
            }
        }

        @Test func unusualImagesAreWarnedOf() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let image = try place.heldOutImage()
                let (shifted, fine) = ("\(place.folder)/shifted.nii.gz", "\(place.folder)/fine.nii.gz")
                try place.copy(image, to: shifted) { $0 + 1024 }
                try place.copy(image, to: fine, spacingFactor: 0.5) { $0 }
                let ending = try await place.predict(
                    shifted, fine, "--round", "r", "--output", "\(place.folder)/masks")
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(ending.errors.contains("shifted.nii.gz: no voxel is near −1000"), "\(ending.errors)")
                #expect(
                    ending.errors.contains("fine.nii.gz: its spacing of 4.0 mm along x is outside"), "\(ending.errors)")
            }
        }
    }
}

extension Place {
    fileprivate func predict(_ arguments: String...) async throws -> Ending { try await predict(arguments) }

    fileprivate func predict(_ arguments: [String]) async throws -> Ending {
        try await RunningProgram(
            "lacunad", ["predict"] + arguments + ["--database", target("lacunad"), "--home", home]
        ).end()
    }

    /// An image of a held-out phantom.
    fileprivate func heldOutImage() throws -> String {
        let root = "\(data)/heldout"
        let files = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.contains("img") }.sorted()
        return "\(root)/\(try #require(files.first { $0.hasSuffix(".nii.gz") }))"
    }

    /// Writes an image again with other values, and voxels of another size.
    fileprivate func copy(
        _ image: String, to path: String, spacingFactor: Double = 1, _ value: (Float) -> Float
    ) throws {
        let source = try NIfTIReader().readImage(image)
        let values = source.voxels.floats.map(value)
        var affine = source.grid.affine
        affine.columns = affine.columns.map { $0 * spacingFactor }
        let grid = ImageGrid(shape: source.shape, affine: affine)
        try NIfTIWriter.write(.float32(VoxelBuffer(values)), on: grid, to: path)
    }
}

extension Ending {
    fileprivate func rows() throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]])
    }
}
