/// Something that a panel shows, in the units of its axes.
package enum ChartMark: Sendable {
    case line(ChartLine)
    case areas(ChartAreas)
    case bars(ChartBars)
    case dots(ChartDots)
}

/// Points joined by lines. A missing value is a gap.
package struct ChartLine: Sendable {
    package struct Place: Hashable, Sendable {
        package let x: Double
        /// Nil where the value is missing.
        package let y: Double?
        /// Drawn as a vertical bar with ends.
        package let range: ClosedRange<Double>?

        package init(_ x: Double, _ y: Double?, range: ClosedRange<Double>? = nil) {
            (self.x, self.y, self.range) = (x, y, range)
        }
    }

    package let places: [Place]
    package let colour: Colour
    /// Nil draws the line alone.
    package let marker: ChartMarker?
    package let isDashed: Bool
    /// Pixels.
    package let width: Double

    package init(
        _ places: [Place], _ colour: Colour, marker: ChartMarker? = nil, isDashed: Bool = false, width: Double = 2
    ) {
        (self.places, self.colour, self.marker) = (places, colour, marker)
        (self.isDashed, self.width) = (isDashed, width)
    }
}

/// Shapes that distinguish lines without their colours.
package enum ChartMarker: CaseIterable, Hashable, Sendable {
    case disc, square, triangle, diamond, cross

    /// A different one for each of five positions from 0.
    package static func at(_ position: Int) -> ChartMarker { allCases[position % allCases.count] }
}

/// Areas on top of each other; each value holds from its place to the next.
package struct ChartAreas: Sendable {
    package struct Layer: Sendable {
        package let values: [Double]
        package let colour: Colour

        package init(_ values: [Double], _ colour: Colour) { (self.values, self.colour) = (values, colour) }
    }

    /// Ascending; the last one holds until `end`.
    package let places: [Double]
    package let end: Double
    /// From the bottom; each has as many values as there are places.
    package let layers: [Layer]

    package init(places: [Double], end: Double, layers: [Layer]) {
        precondition(layers.allSatisfy { $0.values.count == places.count }, "a value for each place")
        (self.places, self.end, self.layers) = (places, end, layers)
    }
}

/// Upright bars from zero, side by side, each with a text above it where it fits.
package struct ChartBars: Sendable {
    package struct Bar: Hashable, Sendable {
        package let range: ClosedRange<Double>
        package let height: Double
        package let text: String

        package init(_ range: ClosedRange<Double>, height: Double, text: String) {
            (self.range, self.height, self.text) = (range, height, text)
        }
    }

    package let bars: [Bar]
    package let colour: Colour

    package init(_ bars: [Bar], _ colour: Colour) { (self.bars, self.colour) = (bars, colour) }
}

/// Single measurements.
package struct ChartDots: Sendable {
    package let places: [Point]
    package let colour: Colour

    /// - Parameter places: in the units of the axes.
    package init(_ places: [Point], _ colour: Colour) { (self.places, self.colour) = (places, colour) }
}
