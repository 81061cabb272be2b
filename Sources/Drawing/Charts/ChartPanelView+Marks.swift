extension ChartPanelView {
    func draw(_ mark: ChartMark) {
        switch mark {
        case .line(let line): draw(line)
        case .areas(let areas): draw(areas)
        case .bars(let bars): draw(bars)
        case .dots(let dots):
            for place in dots.places {
                canvas.disc(at: point(place.x, place.y), radius: 2.5, dots.colour, opacity: 0.35)
            }
        }
    }

    private func draw(_ line: ChartLine) {
        let runs = line.places.split { $0.y == nil }.map { run in
            run.compactMap { place in place.y.map { point(place.x, $0) } }
        }
        for run in runs where run.count > 1 {
            canvas.polyline(run, line.colour, width: line.width, dash: line.isDashed ? [6, 4] : [])
        }
        for place in line.places {
            guard let range = place.range else { continue }
            drawRange(from: point(place.x, range.lowerBound), to: point(place.x, range.upperBound), line.colour)
        }
        // Without markers a single value would not be seen.
        for run in runs {
            for place in run where line.marker != nil || run.count == 1 {
                canvas.mark(place, line.marker ?? .disc, line.colour)
            }
        }
    }

    private func drawRange(from low: Point, to high: Point, _ colour: Colour) {
        canvas.line(from: low, to: high, colour, width: 1)
        for end in [low, high] {
            canvas.line(from: Point(end.x - 3, end.y), to: Point(end.x + 3, end.y), colour, width: 1)
        }
    }

    private func draw(_ areas: ChartAreas) {
        var lower = Array(repeating: 0.0, count: areas.places.count)
        for layer in areas.layers {
            let upper = zip(lower, layer.values).map(+)
            canvas.polygon(steps(upper, areas) + steps(lower, areas).reversed(), layer.colour)
            lower = upper
        }
    }

    /// The corners of a line that holds each value until the next place.
    private func steps(_ values: [Double], _ areas: ChartAreas) -> [Point] {
        let ends = areas.places.dropFirst() + [areas.end]
        return zip(values, zip(areas.places, ends)).flatMap { value, step in
            [point(step.0, value), point(step.1, value)]
        }
    }

    private func draw(_ bars: ChartBars) {
        for bar in bars.bars where bar.height > 0 {
            let (low, high) = (point(bar.range.lowerBound, 0), point(bar.range.upperBound, bar.height))
            canvas.fill(
                Rectangle(x: low.x + 1, y: high.y, width: high.x - low.x - 2, height: low.y - high.y), bars.colour)
            let width = canvas.width(of: bar.text, size: Self.textSize)
            guard width <= high.x - low.x - 2 else { continue }
            canvas.write(
                bar.text, x: (low.x + high.x - width) / 2, baseline: high.y - 3, size: Self.textSize,
                ChartColours.faint)
        }
    }
}

extension Canvas {
    /// Draws a marker of 8 pixels.
    func mark(_ centre: Point, _ marker: ChartMarker, _ colour: Colour) {
        func corners(_ offsets: [(Double, Double)]) -> [Point] {
            offsets.map { Point(centre.x + $0.0, centre.y + $0.1) }
        }
        switch marker {
        case .disc: disc(at: centre, radius: 4, colour)
        case .square: polygon(corners([(-3.5, -3.5), (3.5, -3.5), (3.5, 3.5), (-3.5, 3.5)]), colour)
        case .triangle: polygon(corners([(0, -4.5), (4.5, 3.5), (-4.5, 3.5)]), colour)
        case .diamond: polygon(corners([(0, -5), (5, 0), (0, 5), (-5, 0)]), colour)
        case .cross:
            polyline(corners([(-4, -4), (4, 4)]), colour, width: 2)
            polyline(corners([(-4, 4), (4, -4)]), colour, width: 2)
        }
    }
}
