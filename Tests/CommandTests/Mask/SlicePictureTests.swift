import Domain
import Drawing
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

@testable import Workflows

@Suite struct SlicePictureTests {
    private let shape = GridShape(40, 40, 4)

    /// A square of dark soft tissue in air.
    private func image(in folder: String) throws -> ImageVolume {
        let voxels = (0..<shape.count).map { index -> Int16 in
            let (x, y) = (index % 40, index / 40 % 40)
            return (4..<36).contains(x) && (4..<36).contains(y) ? -60 : -1000
        }
        let grid = ImageGrid(shape: shape, affine: .scaling(Vector3(3, 3, 5), origin: .zero))
        try NIfTIWriter.write(.int16(VoxelBuffer(voxels)), on: grid, to: "\(folder)/image.nii.gz")
        return try NIfTIReader().readImage("\(folder)/image.nii.gz")
    }

    private func mask(_ z: Range<Int>) -> BitVolume {
        var mask = BitVolume(shape)
        for z in z { for y in 10..<30 { for x in 10..<30 { mask[shape.index(x, y, z)] = true } } }
        return mask
    }

    @Test func theSliceWithTheMostOrgansIsDrawnAndMasksOnlyInTheirColumn() async throws {
        try await withTemporaryFolder { folder in
            var known = SlicePicture.Column(title: "known")
            known.add("liver", mask(0..<3))
            var pseudo = SlicePicture.Column(title: "round 0")
            pseudo.add("spleen", mask(2..<4), confidence: 0.5)
            let picture = SlicePicture(
                title: "a/1", image: try image(in: folder), columns: [known, pseudo])
            #expect(picture.slice.index == 2)

            let bytes = try picture.encode(as: .png)
            let drawn = try bytes.withUnsafeBytes { try PNGReader.decode($0, file: "picture.png") }
            /// The grey of the middle of a column's panel.
            func middle(_ column: Int) -> Int {
                Int(drawn.pixels[drawn.height * 2 / 5 * drawn.width + drawn.width * (2 * column + 1) / 6])
            }
            let window = Int(GreyWindow.softTissue.grey(-60))
            #expect(abs(middle(0) - window) <= 6)
            #expect(middle(1) > middle(0) + 12 && middle(2) > middle(0) + 12, "both masks lighten the dark image")

            let vector = String(decoding: try picture.encode(as: .svg), as: UTF8.self)
            for fill in ["rgb(87.058824%,43.137255%,29.411765%)", "rgb(98.039216%,83.921569%,23.529412%)"] {
                #expect(vector.contains("fill:\(fill);fill-opacity:0.35"), "the organs' colours")
            }
        }
    }

    @Test func picturesAreWrittenAsPNGOrSVGByTheirName() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            for (name, first) in [("picture.png", [0x89, 0x50, 0x4e, 0x47]), ("picture.svg", Array("<?xm".utf8))] {
                let file = "\(bench.folder)/\(name)"
                let ending = try await bench.lacuna("mask", "picture", "set/img0001", "--output", file)
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(Array(try Data(contentsOf: URL(filePath: file)).prefix(4)) == first)
            }
            let other = try await bench.lacuna("mask", "picture", "1", "--output", "\(bench.folder)/picture.jpg")
            #expect(other.status == 2)
            #expect(other.errors.contains(".png or .svg"), "\(other.errors)")
        }
    }

    @Test func aSliceBeyondTheVolumeIsRefusedWithItsRange() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            let picture = bench.folder + "/picture.png"
            for slice in ["24", "-1"] {
                let ending = try await bench.lacuna("mask", "picture", "1", "--output", picture, "--slice=\(slice)")
                #expect(ending.status == 3)
                #expect(ending.errors.contains("0, at the feet, to 23"), "\(ending.errors)")
            }
            #expect(!FileManager.default.fileExists(atPath: picture))
            let last = try await bench.lacuna("mask", "picture", "1", "--output", picture, "--slice", "23", "--json")
            #expect(try last.object()["slices"] as? [Int] == [23])
        }
    }

    /// The liver has its colour also beside other organs and after them.
    @Test func anOrganHasOneColourInAllPictures() async throws {
        try await withTemporaryFolder { folder in
            let image = try image(in: folder)
            func colours(_ organs: [OrganKey]) -> [OrganKey: Colour] {
                var column = SlicePicture.Column(title: "labels")
                for organ in organs { column.add(organ, mask(0..<2)) }
                return SlicePicture(title: "a/1", image: image, columns: [column], view: .axial(slice: 0)).colours
            }
            let alone = colours(["liver"])["liver"]
            #expect(colours(["aorta", "spleen", "liver"])["liver"] == alone && alone != nil)
        }
    }

    @Test func anMRIsShownFromItsPercentiles() async throws {
        try await withTemporaryFolder { folder in
            let voxels = (0..<shape.count).map { index -> Int16 in
                index % 40 < 4 ? 0 : Int16(300 + index % 600)
            }
            let grid = ImageGrid(shape: shape, affine: .scaling(Vector3(3, 3, 5), origin: .zero))
            try NIfTIWriter.write(.int16(VoxelBuffer(voxels)), on: grid, to: "\(folder)/mr.nii.gz")
            let image = try NIfTIReader().readImage("\(folder)/mr.nii.gz")
            func window(_ isCT: Bool, _ given: GreyWindow? = nil) -> GreyWindow {
                SlicePicture(title: "", image: image, columns: [], view: .axial(slice: 0), isCT: isCT, window: given)
                    .window
            }
            #expect(window(true) == .softTissue)
            let automatic = window(false)
            #expect(automatic.level - automatic.width / 2 == 0)
            #expect((880...900).contains(automatic.level + automatic.width / 2))
            let given = GreyWindow(level: -600, width: 1500)
            #expect(window(false, given) == given)
        }
    }

    @Test func voxelsThatWereNotAcceptedArePale() async throws {
        try await withTemporaryFolder { folder in
            var column = SlicePicture.Column(title: "round 0")
            var accepted = BitVolume(shape)
            for y in 10..<20 { for x in 10..<30 { accepted[shape.index(x, y, 1)] = true } }
            column.add("liver", mask(0..<2), confidence: 0.5, accepted: accepted)
            let picture = SlicePicture(
                title: "a/1", image: try image(in: folder), columns: [column], view: .axial(slice: 1))
            let vector = String(decoding: try picture.encode(as: .svg), as: UTF8.self)
            for opacity in ["fill-opacity:0.35", "fill-opacity:0.1;"] { #expect(vector.contains(opacity)) }
        }
    }

    /// Voxels 10^10 times as high as wide, and the reverse, in squares and in lines.
    @Test(arguments: [(40, 40), (2, 1500), (1500, 2)], [(1e-5, 1e5), (1e5, 1e-5), (0.01, 1000)])
    func extremeProportionsGiveAPictureOfAFileSize(size: (Int, Int), spacing: (Double, Double)) throws {
        let shape = GridShape(size.0, size.1, 3)
        let folder = TemporaryFolder.make()
        let grid = ImageGrid(shape: shape, affine: .scaling(Vector3(spacing.0, spacing.1, 1), origin: .zero))
        try NIfTIWriter.write(
            .int16(VoxelBuffer((0..<shape.count).map { Int16($0 % 7) })), on: grid, to: "\(folder)/image.nii.gz")
        let image = try NIfTIReader().readImage("\(folder)/image.nii.gz")
        var known = SlicePicture.Column(title: "known")
        known.add("liver", BitVolume(shape))
        let picture = SlicePicture(title: "a/1", image: image, columns: [known])
        let layout = SlicePicture.Layout(picture)
        #expect(layout.width <= 2000 && layout.height <= 10_000)
        #expect(layout.voxels[0].width * Double(shape.x) >= 0.99 && layout.voxels[0].height * Double(shape.y) >= 0.99)
        for format in [Picture.Format.png, .svg] {
            let bytes = try picture.encode(as: format)
            #expect(!bytes.isEmpty)
        }
    }

    // MARK: - Planes and mosaics

    /// A volume of 40 x 30 x 4 voxels of 3 x 3 x 5 mm with a bright box, whose mask is given.
    private func anisotropic(in folder: String) throws -> (image: ImageVolume, column: SlicePicture.Column) {
        let shape = GridShape(40, 30, 12)
        let box = VoxelBox(lower: Vector3(20, 6, 2), upper: Vector3(36, 12, 8))
        let mask = BitVolume(shape, filling: box)
        let voxels = (0..<shape.count).map { Int16(mask[$0] ? 240 : -60) }
        let grid = ImageGrid(shape: shape, affine: .scaling(Vector3(3, 3, 6), origin: .zero))
        try NIfTIWriter.write(.int16(VoxelBuffer(voxels)), on: grid, to: "\(folder)/box.nii.gz")
        var column = SlicePicture.Column(title: "labels")
        column.add("liver", mask)
        return (try NIfTIReader().readImage("\(folder)/box.nii.gz"), column)
    }

    @Test func planesGoThroughTheCentreOfTheMasksInOneScale() async throws {
        try await withTemporaryFolder { folder in
            let (image, column) = try anisotropic(in: folder)
            let picture = SlicePicture(
                title: "Set/Case_1", image: image, columns: [column], view: .planes(through: nil))
            #expect(picture.views.map(\.slice.plane) == [.axial, .coronal, .sagittal])
            #expect(picture.views.map(\.slice.index) == [4, 8, 27])
            let layout = SlicePicture.Layout(picture)
            for (view, voxel) in zip(picture.views, layout.voxels) {
                let steps = view.slice.steps(spacing: image.spacing)
                #expect(abs(voxel.height / voxel.width - steps.down / steps.across) < 1e-9, "true proportions")
                #expect(abs(voxel.width / steps.across - layout.voxels[0].width / 3) < 1e-9, "one scale")
            }
            #expect(layout.cells.count == 6)
            for (index, cell) in layout.cells.enumerated() {
                #expect(cell.panel.x + cell.panel.width <= Double(layout.width))
                #expect(cell.panel.y + cell.panel.height <= layout.foot + 0.01)
                let below = layout.cells.dropFirst(index + 1).filter { $0.panel.x == cell.panel.x }
                #expect(below.allSatisfy { $0.panel.y >= cell.panel.y + cell.panel.height }, "no panels overlap")
            }
            // The box is on the patient's right, thus on the left of the axial and the coronal slice, and bright where it is drawn.
            let bytes = try picture.encode(as: .png)
            let drawn = try bytes.withUnsafeBytes { try PNGReader.decode($0, file: "picture.png") }
            for view in 0..<3 {
                let cell = layout.cells[2 * view]
                let (area, slice) = (layout.slice(picture, in: cell), picture.views[view].slice)
                let (column, row) = [(39 - 28, 29 - 9), (39 - 28, 11 - 5), (29 - 9, 11 - 5)][view]
                #expect(image.voxels[slice.voxel(column: column, row: row)] == 240)
                let x = Int(area.x + (Double(column) + 0.2) / Double(slice.columns) * area.width)
                let y = Int(area.y + (Double(row) + 0.2) / Double(slice.rows) * area.height)
                #expect(drawn.pixels[y * drawn.width + x] > 200, "\(slice.plane)")
            }
            let given = SlicePicture(
                title: "", image: image, columns: [column], view: .planes(through: Vector3(1, 2, 3)))
            #expect(given.views.map(\.slice.index) == [3, 2, 1])
        }
    }

    @Test func aMosaicHasSlicesOverTheExtentOfTheMasks() async throws {
        try await withTemporaryFolder { folder in
            let (image, column) = try anisotropic(in: folder)
            let pictures = [1, 3, 12].map { count in
                SlicePicture(
                    title: "", image: image, columns: [column, SlicePicture.Column(title: "round 0")],
                    view: .mosaic(slices: count))
            }
            #expect(pictures.map { $0.views.map(\.slice.index) } == [[5], [3, 5, 7], [2, 3, 4, 5, 6, 7]])
            for picture in pictures {
                #expect(Set(picture.views.map(\.body)).count == 1)
                let layout = SlicePicture.Layout(picture)
                #expect(layout.cells.count == picture.views.count, "a column without masks has no slices")
                #expect(layout.cells.allSatisfy { $0.panel.x + $0.panel.width <= Double(layout.width) })
                for format in [Picture.Format.png, .svg] { #expect(try !picture.encode(as: format).isEmpty) }
            }
        }
    }

    @Test func aViewIsChosenByOptionsAndWrongOnesAreNamed() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            #expect(try await bench.lacuna("dataset", "import", path).status == 0)
            func draw(_ name: String, _ options: String...) async throws -> Ending {
                try await bench.start(
                    ["mask", "picture", "1", "--output", "\(bench.folder)/\(name)", "--json"] + options
                ).end()
            }
            let planes = try await draw("planes.png", "--view", "planes")
            #expect(planes.status == 0, "\(planes.errors)")
            #expect(try (planes.object()["slices"] as? [Int])?.count == 1)
            let mosaic = try await draw("mosaic.svg", "--view", "mosaic", "--slices", "5", "--organ", "liver")
            #expect(mosaic.status == 0, "\(mosaic.errors)")
            #expect(try (mosaic.object()["slices"] as? [Int])?.count == 5)
            let outside = try await draw("outside.png", "--view", "planes", "--position", "0,0,99")
            #expect(outside.status == 3 && outside.errors.contains("no voxel 0,0,99"), "\(outside.errors)")
            for wrong in [
                ["--view", "planes", "--slice", "1"], ["--position", "1,2,3"],
                ["--view", "planes", "--position", "1,2"],
            ] {
                let ending = try await bench.start(
                    ["mask", "picture", "1", "--output", "\(bench.folder)/wrong.png"] + wrong
                ).end()
                #expect(ending.status == 2, "\(wrong)")
            }
            let again = try await draw("planes.png", "--view", "planes")
            #expect(again.status == 3 || again.status == 5, "a picture is not overwritten")
        }
    }

    @Test func everyOrganHasAColourOfItsOwn() {
        let colours = (0..<140).map(Palette.colour)
        for (i, a) in colours.enumerated() {
            for b in colours[..<i] {
                let distance = zip([a.red, a.green, a.blue], [b.red, b.green, b.blue]).map { abs(Int($0) - Int($1)) }
                #expect(distance.reduce(0, +) > 6, "\(a) and \(b)")
            }
        }
    }

    @Test func aSpacingIsWrittenWithoutNeedlessZeros() {
        #expect(
            [8, 10, 0.75, 2.5, 0.976_562_5, 0.1, -600, -0.5, -0.001].map(SlicePicture.short) == [
                "8", "10", "0.75", "2.5", "0.98", "0.1", "-600", "-0.5", "0",
            ])
    }
}
