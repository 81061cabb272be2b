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
                try await refuses("its modality is MR", status: 3, image, "--round", "r", "--modality", "mr")
                try await refuses("'CT', 'MR' or 'other'", status: 2, image, "--round", "r", "--modality", "PET")
                try await refuses("two images are named", status: 2, image, image, "--round", "r")
                try await refuses("remedy", status: 3, "\(place.folder)/none.nii.gz", "--round", "r")
                let broken = "\(place.folder)/nan.nii.gz"
                try place.copy(image, to: broken) { _ in .nan }
                try await refuses("NaN or infinite", status: 3, broken, "--round", "r")
                #expect(!FileManager.default.fileExists(atPath: "\(output)/nan"))
                let both = try await place.predict([image, broken, "--round", "r", "--output", output])
                #expect(both.status == 4 && both.output.contains("spleen"), "\(both.output) \(both.errors)")
                #expect(both.errors.contains("NaN or infinite"), "\(both.errors)")
                try await failuresAreRows(place, image, broken)
                let huge = "\(place.folder)/huge.nii.gz"
                try place.copy(image, to: huge, spacingFactor: 1000) { $0 }
                try await refuses("is outside 0.1 to 20 mm", status: 3, huge, "--round", "r")
            }
        }

        /// One row for each mask, and one for each image that was not predicted, also where none was.
        private func failuresAreRows(_ place: Place, _ image: String, _ broken: String) async throws {
            let output = "\(place.folder)/rows"
            let ending = try await place.predict([image, broken, "--round", "r", "--output", output, "--json"])
            let rows = try ending.rows()
            #expect(ending.status == 4 && rows.count == 4, "\(ending.output)")
            let failed = rows.filter { $0["organ"] is NSNull }
            #expect(failed.compactMap { $0["image"] as? String } == [broken])
            #expect((failed.first?["problem"] as? String)?.contains("NaN or infinite") == true, "\(ending.output)")
            #expect(failed.first?["remedy"] is String && failed.first?["file"] is NSNull)
            #expect(rows.filter { $0["problem"] is NSNull }.compactMap { $0["organ"] as? String }.count == 3)
            let other = "\(place.folder)/other.nii.gz"
            try place.copy(image, to: other) { _ in .infinity }
            let none = try await place.predict([broken, other, "--round", "r", "--output", output, "--json"])
            #expect(none.status == 3, "\(none.errors)")
            #expect(try none.rows().compactMap { $0["image"] as? String } == [broken, other])
            #expect(none.errors.contains(broken) && none.errors.contains(other), "\(none.errors)")
        }

        @Test(arguments: [
            ("infinite", "NaN or infinite"), ("constant", "has the same value in every voxel"),
            ("series", "contains several volumes"), ("endless", "30000"), ("unit", "one value"),
        ])
        func brokenImagesAreNamedAndNothingIsWritten(name: String, problem: String) async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let (image, output) = (try place.heldOutImage(), "\(place.folder)/masks")
                let file = "\(place.folder)/\(name).nii"
                switch name {
                case "infinite": try place.copy(image, to: file) { $0 > 0 ? .infinity : $0 }
                case "constant": try place.copy(image, to: file) { _ in 7 }
                case "unit": try place.copy(image, to: file) { ($0 + 1024) / 4096 }
                default:
                    try place.copy(image, to: file) { $0 }
                    try place.changeHeader(file) { dim in
                        if name == "series" { (dim[0], dim[3], dim[4]) = (4, dim[3] / 2, 2) }
                        if name == "endless" { (dim[1], dim[2], dim[3]) = (30000, 30000, 30000) }
                    }
                }
                let ending = try await place.predict(file, "--round", "r", "--output", output)
                #expect(ending.status == 3 && ending.errors.contains(problem), "\(ending.errors)")
                #expect(ending.errors.contains(file) && ending.errors.contains("remedy:"), "\(ending.errors)")
                #expect(!FileManager.default.fileExists(atPath: "\(output)/\(name)"))
            }
        }

        /// The same image with its axes in another order: the same masks on that grid.
        @Test func theOrientationOfTheFileDoesNotMatter() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let (image, turned) = (try place.heldOutImage(), "\(place.folder)/turned.nii.gz")
                let source = try NIfTIReader().readImage(image)
                let grid = ImageGrid(
                    canonicalShape: source.shape, canonicalAffine: source.grid.canonicalAffine,
                    storedAs: try #require(Orientation("SPL")), sformCode: 1, qformCode: 0)
                try NIfTIWriter.write(.float32(VoxelBuffer(source.voxels.floats)), on: grid, to: turned)
                let output = "\(place.folder)/masks"
                let ending = try await place.predict(image, turned, "--round", "r", "--output", output, "--json")
                #expect(ending.status == 0, "\(ending.errors)")
                let masks = try ending.rows().compactMap { $0["file"] as? String }
                #expect(masks.count == 6)
                for (own, other) in zip(masks, masks.dropFirst(3)) {
                    let (a, b) = (try NIfTIReader().readLabels(own), try NIfTIReader().readLabels(other))
                    #expect(a.mask(of: [1]) == b.mask(of: [1]) && b.grid.shape == grid.shape, "\(own)")
                }
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

    /// Changes the dimensions in the header of an uncompressed NIfTI-1 file, little-endian at byte 40.
    fileprivate func changeHeader(_ path: String, _ change: (inout [Int16]) -> Void) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        var dimensions = (0..<8).map { Int16(data[40 + 2 * $0]) | Int16(data[41 + 2 * $0]) << 8 }
        change(&dimensions)
        for (index, size) in dimensions.enumerated() {
            data[40 + 2 * index] = UInt8(truncatingIfNeeded: size)
            data[41 + 2 * index] = UInt8(truncatingIfNeeded: size >> 8)
        }
        try data.write(to: URL(filePath: path))
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
