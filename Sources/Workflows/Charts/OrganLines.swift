internal import Drawing

/// One line for each organ over the rounds of a run: in one panel, or for many organs in a panel each.
struct OrganLines {
    struct Organ {
        let name: String
        let places: [ChartLine.Place]

        func moved(by distance: Double) -> Organ {
            Organ(name: name, places: places.map { .init($0.x + distance, $0.y, range: $0.range) })
        }
    }

    /// As many lines as can be told apart in one panel.
    static let most = ChartColours.lines.count - 1

    let organs: [Organ]
    /// Drawn on top in one panel; nil for none.
    let mean: [ChartLine.Place]?
    let x: ChartAxis
    let y: ChartAxis

    func chart(title: String, subtitle: String) -> Chart {
        organs.count <= Self.most ? together(title, subtitle) : apart(title, subtitle)
    }

    private func together(_ title: String, _ subtitle: String) -> Chart {
        var marks = organs.enumerated().map { index, organ in
            ChartMark.line(ChartLine(organ.places, ChartColours.lines[index], marker: .at(index)))
        }
        var legend = organs.enumerated().map { index, organ in
            ChartLegend.Entry(
                organ.name, ChartColours.lines[index], .line(marker: .at(index), isDashed: false))
        }
        if let mean, organs.count > 1 {
            marks.append(.line(ChartLine(mean, ChartColours.ink, isDashed: true)))
            legend.append(.init("mean of all organs", ChartColours.ink, .line(marker: nil, isDashed: true)))
        }
        return Chart(title: title, subtitle: subtitle, legend: legend, panels: [ChartPanel(x: x, y: y, marks: marks)])
    }

    private func apart(_ title: String, _ subtitle: String) -> Chart {
        let panels = organs.map { organ in
            ChartPanel(
                title: organ.name, x: x, y: y,
                marks: [.line(ChartLine(organ.places, ChartColours.blue, marker: .disc))])
        }
        guard let mean else { return Chart(title: title, subtitle: subtitle, panels: panels) }
        let all = ChartPanel(
            title: "mean of all organs", x: x, y: y,
            marks: [.line(ChartLine(mean, ChartColours.ink, marker: .disc))])
        return Chart(title: title, subtitle: subtitle, panels: [all] + panels)
    }
}
