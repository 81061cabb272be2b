import Drawing
import Imaging
import Testing

/// Pictures are compared at chosen places with a tolerance: bytes differ between versions of Cairo and FreeType.
@Suite struct PictureTests {
    private let area = Rectangle(x: 10, y: 20, width: 80, height: 40)

    /// Grey values of a PNG.
    private struct Pixels {
        let bytes: [UInt8]
        let picture: PNGReader.Picture

        init(width: Int = 120, height: Int = 80, _ draw: (Canvas) throws -> Void) throws {
            bytes = try Picture.encode(width: width, height: height, as: .png, draw: draw)
            picture = try bytes.withUnsafeBytes { try PNGReader.decode($0, file: "test.png") }
        }

        func callAsFunction(_ x: Int, _ y: Int) -> Int { Int(picture.pixels[y * picture.width + x]) }

        /// The number of pixels in a rectangle that are not black.
        func drawn(_ columns: Range<Int>, _ rows: Range<Int>) -> Int {
            rows.reduce(0) { sum, y in sum + columns.count { self($0, y) > 20 } }
        }
    }

    private func isClose(_ value: Int, _ expected: Int, within tolerance: Int = 6) -> Bool {
        abs(value - expected) <= tolerance
    }

    @Test func aPictureHasItsSize() throws {
        let pixels = try Pixels(width: 120, height: 80) { _ in }
        #expect(pixels.picture.width == 120 && pixels.picture.height == 80)
        #expect(pixels.drawn(0..<120, 0..<80) == 0)
        for format in [Picture.Format.png, .svg] {
            #expect(throws: DrawingError.tooLarge(width: 10, height: Int(UInt32.max))) {
                try Picture.encode(width: 10, height: Int(UInt32.max), as: format) { _ in }
            }
        }
    }

    @Test func aGreyImageFillsItsAreaAndNothingElse() throws {
        // Two columns and one row: voxels that are twice as high as wide.
        let image = GreyImage(width: 2, height: 1, pixels: [60, 200])
        let pixels = try Pixels { $0.draw(image, in: area) }
        #expect(isClose(pixels(11, 21), 60) && isClose(pixels(88, 58), 200))
        #expect(isClose(pixels(50, 40), 130, within: 10), "interpolated in between")
        #expect(pixels(9, 40) == 0 && pixels(90, 40) == 0 && pixels(50, 19) == 0 && pixels(50, 60) == 0)
    }

    @Test func anImageInItsOwnSizeIsExact() throws {
        let image = GreyImage(width: 5, height: 4, pixels: (0..<20).map { UInt8(12 * $0) })
        let pixels = try Pixels(width: 5, height: 4) {
            $0.draw(image, in: Rectangle(x: 0, y: 0, width: 5, height: 4))
        }
        #expect(pixels.picture.pixels == image.pixels)
    }

    @Test func aMaskIsFilledAndOutlinedAlongItsPixels() throws {
        // A ring of pixels around a hole, in a grid of 8 x 4 whose pixels are 10 x 10.
        let ring = MaskOutline(width: 8, height: 4) { column, row in
            (2...4).contains(column) && (1...3).contains(row) && !(column == 3 && row == 2)
        }
        let filled = try Pixels { $0.fill(ring, in: area, .white, opacity: 0.5) }
        #expect(isClose(filled(35, 35), 128), "inside")
        #expect(filled(45, 45) == 0, "the hole")
        #expect(filled(25, 45) == 0 && filled(65, 45) == 0, "beside it")
        #expect(filled.drawn(0..<120, 0..<80) == 800)

        let outlined = try Pixels { $0.stroke(ring, in: area, .white, width: 2) }
        #expect(outlined(35, 30) > 200 && outlined(30, 45) > 200 && outlined(40, 45) > 200)
        #expect(outlined(35, 35) == 0 && outlined(45, 45) == 0)
    }

    /// Overlays on a black image. The reader gives grey values, to which green adds most and blue least.
    @Test func overlaysAreColoured() throws {
        let colours = [Colour(255, 0, 0), Colour(0, 255, 0), Colour(0, 0, 255), .white]
        let pixels = try Pixels { canvas in
            canvas.draw(GreyImage(width: 2, height: 1, pixels: [0, 0]), in: area)
            for (cell, colour) in colours.enumerated() {
                let mask = MaskOutline(width: 4, height: 1) { column, _ in column == cell }
                canvas.fill(mask, in: area, colour, opacity: 0.5)
            }
        }
        // The header chunk begins at byte 16: width, height, bits of a channel, colour type.
        #expect(pixels.bytes[24] == 8 && pixels.bytes[25] == 2, "truecolour")
        let (red, green, blue, white) = (pixels(20, 40), pixels(40, 40), pixels(60, 40), pixels(80, 40))
        #expect(0 < blue && blue < red && red < green && green < white, "\(red) \(green) \(blue) \(white)")
    }

    @Test func pixelsThatMeetAtACornerAreBothOutlined() {
        let pair = MaskOutline(width: 2, height: 2) { $0 == $1 }
        #expect(pair != MaskOutline(width: 2, height: 2) { _, _ in true })
        #expect(!pair.isEmpty && MaskOutline(width: 2, height: 2) { _, _ in false }.isEmpty)
    }

    @Test func shapesAreCutOffOutsideAClip() throws {
        let pixels = try Pixels { canvas in
            canvas.clipped(to: area) {
                canvas.fill(Rectangle(x: 0, y: 0, width: 120, height: 30), .white)
                canvas.line(from: Point(0, 50), to: Point(120, 50), .white, width: 4)
            }
            canvas.fill(Rectangle(x: 100, y: 70, width: 10, height: 5), .white, opacity: 0.5)
        }
        #expect(pixels(50, 25) == 255 && pixels(50, 10) == 0 && pixels(50, 35) == 0)
        #expect(pixels(50, 50) == 255 && pixels(5, 50) == 0)
        #expect(isClose(pixels(105, 72), 128), "the clip ends with its body")
    }

    @Test func textHasTheWidthThatWasMeasured() throws {
        var width = 0.0
        let pixels = try Pixels(width: 300, height: 40) { canvas in
            let text = "µ Größe – ≤ 3"
            width = canvas.width(of: text, size: 20)
            canvas.write(text, x: 10, baseline: 25, size: 20)
        }
        #expect((100...200).contains(width))
        let end = 10 + Int(width)
        #expect(pixels.drawn(end - 16..<end + 1, 5..<32) > 0, "the last digit")
        #expect(pixels.drawn(end + 2..<300, 0..<40) == 0)
        // A letter that the font lacks is a hollow box; these are not.
        #expect(pixels.drawn(10..<end, 5..<32) > 300)
    }

    @Test func longTextIsShortened() throws {
        _ = try Pixels { canvas in
            let long = "inferior_vena_cava_and_more"
            let short = canvas.shortened(long, to: 80, size: 13)
            #expect(short.hasSuffix("…") && long.hasPrefix(short.dropLast()))
            #expect(canvas.width(of: short, size: 13) <= 80)
            #expect(canvas.shortened("liver", to: 80, size: 13) == "liver")
            #expect(canvas.width(of: "liver", size: 13, weight: .bold) > canvas.width(of: "liver", size: 13))
        }
    }

    @Test func theSameDrawingMakesAnSVG() throws {
        let bytes = try Picture.encode(width: 120, height: 80, as: .svg) { canvas in
            canvas.draw(GreyImage(width: 2, height: 1, pixels: [60, 200]), in: area)
            let mask = MaskOutline(width: 2, height: 1) { column, _ in column == 1 }
            canvas.fill(mask, in: area, Colour(255, 0, 51), opacity: 0.35)
            canvas.write("liver", x: 5, baseline: 12, size: 12)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("width=\"120px\" height=\"80px\""))
        #expect(text.contains("<image") && text.contains("data:image/png;base64"))
        #expect(text.contains("fill:rgb(100%,0%,20%);fill-opacity:0.35"))
        #expect(text.contains("M 50 20"), "the mask's corner")
        #expect(text.contains("glyph"), "text as outlines")
    }
}
