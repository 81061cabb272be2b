import Drawing
import Imaging
import Testing

/// Charts are checked by the paths of their SVG: what is drawn where, in which colour.
@Suite struct ChartTests {
    private let rounds = ChartAxis("round", 0, 2, isWhole: true)
    private let share = ChartAxis("Dice", 0, 1)

    private func chart(_ marks: [ChartMark], x: ChartAxis? = nil, legend: [ChartLegend.Entry] = []) -> Chart {
        Chart(title: "Title", legend: legend, panels: [ChartPanel(x: x ?? rounds, y: share, marks: marks)])
    }

    private func line(_ values: [Double?], marker: ChartMarker? = nil) -> ChartMark {
        .line(ChartLine(values.enumerated().map { .init(Double($0), $1) }, ChartColours.blue, marker: marker))
    }

    // MARK: - Axes

    @Test(arguments: [
        (0.0, 1.0, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]), (0, 1036, 5, [0, 500, 1000]), (0, 7, 10, [0, 1, 2, 3, 4, 5, 6, 7]),
        (3, 9, 3, [4, 6, 8]), (0.13, 0.29, 4, [0.15, 0.2, 0.25]), (0, 0, 5, [-0.4, -0.2, 0, 0.2, 0.4]),
        (1_000_000, 1_000_001, 4, [1_000_000, 1_000_000.5, 1_000_001]),
    ]) func ticksAreRoundNumbers(_ lower: Double, _ upper: Double, _ count: Int, _ expected: [Double]) {
        let ticks = ChartAxis("", lower, upper).ticks(atMost: count)
        #expect(ticks.count == expected.count)
        for (tick, value) in zip(ticks, expected) { #expect(abs(tick - value) < 1e-6, "\(ticks)") }
    }

    @Test func wholeAxesHaveNoFractions() {
        #expect(ChartAxis("", 0, 0, isWhole: true).ticks(atMost: 10) == [0])
        #expect(ChartAxis("", 0, 2, isWhole: true).ticks(atMost: 10) == [0, 1, 2])
        let counts = ChartAxis.counting("", upTo: 0)
        #expect(counts.lower == 0 && counts.upper == 1)
        #expect(ChartAxis.counting("", upTo: 81).upper == 100)
    }

    @Test func numbersHaveTheDecimalsOfTheirTicks() {
        #expect(share.text(0.2, atMost: 5) == "0.2")
        #expect(ChartAxis("", 0, 0.1).text(0.02, atMost: 5) == "0.02")
        #expect(ChartAxis("", 0, 50_000).text(40_000, atMost: 5) == "40,000")
        #expect(ChartAxis.text(1_234_567.891, decimals: 2) == "1,234,567.89")
        #expect(ChartAxis.text(-0.004, decimals: 2) == "0.00")
        #expect(ChartAxis.text(-1.5, decimals: 1) == "−1.5")
    }

    // MARK: - Lines

    @Test func aLineIsAtItsValues() throws {
        let drawing = try Drawn(chart([line([0.25, 0.5, 1])]))
        let (floor, ceiling) = try drawing.rangeOfY()
        let points = try #require(drawing.strokes(ChartColours.blue).first)
        #expect(points.count == 3)
        for (point, value) in zip(points, [0.25, 0.5, 1]) {
            #expect(abs((floor - point.y) / (floor - ceiling) - value) < 0.001)
        }
        #expect(abs(points[1].x - (points[0].x + points[2].x) / 2) < 0.01)
    }

    @Test func aMissingValueIsAGapAndNotZero() throws {
        let drawing = try Drawn(chart([line([0.5, 0.6, nil, 0.7, 0.8, nil, 0.9])], x: ChartAxis("round", 0, 6)))
        #expect(drawing.strokes(ChartColours.blue).map(\.count) == [2, 2])
        #expect(drawing.fills(ChartColours.blue).count == 1, "the value alone has a marker")
        let (floor, _) = try drawing.rangeOfY()
        #expect(drawing.strokes(ChartColours.blue).joined().allSatisfy { $0.y < floor - 1 })
    }

    @Test func oneValueIsAMarker() throws {
        let drawing = try Drawn(chart([line([0.5])], x: ChartAxis("round", 0, 0, isWhole: true)))
        #expect(drawing.strokes(ChartColours.blue).isEmpty && drawing.fills(ChartColours.blue).count == 1)
    }

    @Test func markersDistinguishLinesWithoutColours() throws {
        var shapes: Set<[Int]> = []
        for marker in ChartMarker.allCases {
            let drawing = try Drawn(chart([line([0.5], marker: marker)]))
            shapes.insert(
                (drawing.fills(ChartColours.blue) + drawing.strokes(ChartColours.blue)).map(\.count))
        }
        #expect(shapes.count >= 4, "\(shapes)")
        #expect(Set(ChartColours.lines).count == ChartColours.lines.count)
    }

    @Test func rangesHaveEnds() throws {
        let ranged = ChartMark.line(
            ChartLine([.init(0, 0.5, range: 0.4...0.8), .init(2, 0.6)], ChartColours.blue, marker: .disc))
        let drawing = try Drawn(chart([ranged]))
        let (floor, ceiling) = try drawing.rangeOfY()
        let bars = drawing.strokes(ChartColours.blue).filter { $0.count == 2 && $0[0].x == $0[1].x }
        let bar = try #require(bars.first)
        #expect(abs((floor - bar[0].y) / (floor - ceiling) - 0.4) < 0.001)
        #expect(abs((floor - bar[1].y) / (floor - ceiling) - 0.8) < 0.001)
    }

    // MARK: - Areas and bars

    @Test func areasAreStackedInSteps() throws {
        let areas = ChartAreas(
            places: [0, 10], end: 20, layers: [.init([1, 2], ChartColours.green), .init([3, 2], ChartColours.orange)])
        let panel = ChartPanel(
            x: ChartAxis("revision", 0, 20), y: ChartAxis("volumes", 0, 4), marks: [.areas(areas)])
        let drawing = try Drawn(Chart(title: "", panels: [panel]))
        let (floor, ceiling) = try drawing.rangeOfY()
        func heights(_ colour: Colour) throws -> [Double] {
            try #require(drawing.fills(colour).first).map { 4 * (floor - $0.y) / (floor - ceiling) }
        }
        // Cairo leaves out corners that change nothing.
        let expected: [(Colour, [Double])] = [
            (ChartColours.green, [1, 1, 2, 2, 0, 0, 0]), (ChartColours.orange, [4, 4, 2, 2, 1, 1]),
        ]
        for (colour, corners) in expected {
            let found = try heights(colour)
            for (height, corner) in zip(found, corners) { #expect(abs(height - corner) < 0.01, "\(found)") }
        }
    }

    @Test func aMissingBarIsNotDrawn() throws {
        let bars = BarChart(
            title: "", series: ["a", "b"], axis: share,
            groups: [.init("liver", [0.5, 1]), .init("spleen", [nil, 0.25])])
        let drawing = try Drawn(bytes: try bars.encode(as: .svg))
        // The first of each colour is the sample of the legend.
        let (first, second) = (drawing.fills(ChartColours.blue), drawing.fills(ChartColours.vermilion))
        #expect(first.count == 2 && second.count == 3)
        func width(_ corners: [Point]) -> Double { corners.map(\.x).max()! - corners.map(\.x).min()! }
        #expect(abs(width(first[1]) / width(second[1]) - 0.5) < 0.001)
        #expect(abs(width(second[2]) / width(second[1]) - 0.25) < 0.001)
    }

    // MARK: - Sizes

    @Test func bothFormatsAreWritten() throws {
        let chart = chart([line([0.2, 0.4])])
        let png = try Pixels(try chart.encode(as: .png))
        #expect(png.width == 800 && png.height == 500)
        #expect(String(decoding: try chart.encode(as: .svg), as: UTF8.self).contains("<svg"))
        let empty = try Pixels(try self.chart([]).encode(as: .png))
        #expect(empty.width == 800 && empty.height == 500)
    }

    @Test(arguments: [2, 3, 9, 10, 120]) func panelsDoNotOverlap(_ count: Int) throws {
        let panels = (0..<count).map { panel in
            ChartPanel(
                title: String(repeating: "organ_with_a_long_name_", count: 3), x: ChartAxis("revision", 0, 100_000),
                y: .counting("volumes", upTo: 1000 * Double(panel)), marks: [])
        }
        let drawing = try Drawn(Chart(title: String(repeating: "long title ", count: 40), panels: panels))
        // The lines below the plots.
        let axes = drawing.strokes(ChartColours.faint).filter { $0[0].y == $0[1].y }
        #expect(axes.count == count)
        for (index, axis) in axes.enumerated() {
            #expect(axis[0].x >= 40 && axis[1].x <= 790 && axis[1].x - axis[0].x > 80)
            for other in axes[(index + 1)...] where other[0].y == axis[0].y {
                #expect(other[0].x > axis[1].x + 30 || other[1].x < axis[0].x - 30)
            }
        }
    }

    @Test func aLongLegendWraps() throws {
        let entries = (0..<30).map {
            ChartLegend.Entry(
                "organ \($0) " + String(repeating: "x", count: $0 * 3), ChartColours.orange,
                .line(marker: nil, isDashed: false))
        }
        let drawing = try Drawn(chart([line([0.5, 0.6])], legend: entries))
        let samples = drawing.strokes(ChartColours.orange)
        #expect(samples.count == 30 && samples.joined().allSatisfy { $0.x < 780 })
        let lowest = try #require(samples.joined().map(\.y).max())
        #expect(try drawing.rangeOfY().ceiling > lowest + 9)
    }

    @Test func tooManyPanelsAreRefused() {
        let panels = Array(repeating: ChartPanel(x: rounds, y: share, marks: []), count: 900)
        #expect(throws: DrawingError.self) { try Chart(title: "", panels: panels).encode(as: .png) }
    }
}

/// The size of a PNG.
private struct Pixels {
    let width, height: Int

    init(_ bytes: [UInt8]) throws {
        let picture = try bytes.withUnsafeBytes { try PNGReader.decode($0, file: "test.png") }
        (width, height) = (picture.width, picture.height)
    }
}

/// The paths of an SVG.
private struct Drawn {
    private var paths: [(style: String, corners: [Point])] = []

    init(_ chart: Chart) throws { try self.init(bytes: chart.encode(as: .svg)) }

    init(bytes: [UInt8]) throws {
        let svg = String(decoding: bytes, as: UTF8.self)
        for path in svg.matches(of: /<path style="([^"]*)" d="([^"]*)"/) {
            // A closed path ends with a move to its beginning.
            let outline = path.2.split(separator: "Z").first ?? ""
            let numbers = outline.split(separator: " ").compactMap { Double($0) }
            let corners = stride(from: 0, to: max(0, numbers.count - 1), by: 2).map {
                Point(numbers[$0], numbers[$0 + 1])
            }
            paths.append((String(path.1), corners))
        }
    }

    func strokes(_ colour: Colour) -> [[Point]] {
        paths.filter { $0.style.contains("fill:none") && $0.style.contains("stroke:\(name(colour))") }.map(\.corners)
    }

    func fills(_ colour: Colour) -> [[Point]] {
        paths.filter { $0.style.contains("stroke:none") && $0.style.contains("fill:\(name(colour))") }.map(\.corners)
    }

    /// y of the lowest and of the highest line of the grid.
    func rangeOfY() throws -> (floor: Double, ceiling: Double) {
        let lines = strokes(ChartColours.grid).map { $0[0].y }
        return (try #require(lines.max()), try #require(lines.min()))
    }

    /// As Cairo writes it: `rgb(0%,44.705882%,69.803922%)`.
    private func name(_ colour: Colour) -> String {
        func percent(_ value: UInt8) -> String {
            let millionths = Int((Double(value) / 255 * 100_000_000).rounded())
            var fraction = String(millionths % 1_000_000)
            fraction = String(repeating: "0", count: 6 - fraction.count) + fraction
            while fraction.hasSuffix("0") { fraction.removeLast() }
            return "\(millionths / 1_000_000)\(fraction.isEmpty ? "" : ".\(fraction)")%"
        }
        return "rgb(\(percent(colour.red)),\(percent(colour.green)),\(percent(colour.blue)))"
    }
}
