import Domain
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Exporters

@Suite struct NNUNetReaderTests {
    @Test(arguments: [(0.0, false), (1e-5, false), (3e-4, true), (0.2, true)])
    func aShearThatITKRefusesIsFound(tangent: Double, isSheared: Bool) {
        let affine = Affine(
            columns: [Vector3(2, 0, 0), Vector3(0, 2, 0), Vector3(0, 3 * tangent, 3)], translation: .zero)
        #expect(NNUNetReader.isSheared(ImageGrid(shape: GridShape(4, 4, 4), affine: affine)) == isSheared)
        let turned = Affine(
            columns: [Vector3(1.6, 1.2, 0), Vector3(-1.2, 1.6, 0), Vector3(0, 0, 3)], translation: .zero)
        #expect(!NNUNetReader.isSheared(ImageGrid(shape: GridShape(4, 4, 4), affine: turned)), "a rotation is no shear")
    }

    @Test func theReaderIsNamedOnlyWhereItIsNeeded() throws {
        var dataset = NNUNetDataset(name: "X", scheme: try LabelScheme(["liver"]), channel: "CT")
        #expect(!dataset.description([]).rendered().contains("overwrite_image_reader_writer"))
        dataset.reader = .nibabel
        #expect(dataset.description([]).rendered().contains("\"overwrite_image_reader_writer\": \"NibabelIO\""))
    }

    @Test func aNumberBelongsToOneDatasetInTheFolderOfNNUNet() async throws {
        try await withTemporaryFolder { parent in
            let folder = "\(parent)/nnUNet_raw"
            func make(_ path: String) throws {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            }
            for place in [folder, "\(parent)/elsewhere"] { try make("\(place)/Dataset007_Other") }
            try Data().write(to: URL(filePath: "\(folder)/Dataset008_file"))
            #expect(throws: ExportError.numberTaken(7, by: "\(folder)/Dataset007_Other")) {
                try NNUNetDataset.refuseTaken(id: 7, name: "Mine", in: folder)
            }
            for (id, name) in [(7, "Other"), (8, "Mine"), (70, "Mine"), (1, "Mine")] {
                try NNUNetDataset.refuseTaken(id: id, name: name, in: folder)
            }
            try NNUNetDataset.refuseTaken(id: 7, name: "Mine", in: "\(parent)/elsewhere")
            #expect(
                NNUNetDataset.other(id: 7, name: "Mine", in: "\(parent)/elsewhere")
                    == "\(parent)/elsewhere/Dataset007_Other")
            #expect(NNUNetDataset.other(id: 7, name: "Mine", in: folder + "/absent") == nil)
        }
    }

    /// Kidneys are their own tissue, tumours and cysts; a cyst of one side is part of that kidney.
    @Test func cystsArePartsOfTheirKidneys() throws {
        let kits = try LabelScheme(["kidney", "kidney_tumour", "kidney_cyst"])
        #expect(kits.organs.indices.map(kits.region) == [[1, 2, 3], [2], [3]])
        let sides = try LabelScheme(["kidney_left", "kidney_cyst_left", "kidney_right"])
        #expect(sides.organs.indices.map(sides.region) == [[1, 2], [2], [3]])
    }
}
