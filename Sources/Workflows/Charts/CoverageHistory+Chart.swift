package import Catalog
package import Domain
package import Drawing

extension CoverageHistory {
    private static let kinds = [
        ("annotated", ChartColours.blue), ("absent", ChartColours.green), ("pseudo", ChartColours.orange),
        ("unlabelled", ChartColours.grey),
    ]

    /// Stacked areas by revision: of all organs together and of each, or of some.
    ///
    /// - Parameters:
    ///   - chosen: empty: all organs with a label.
    ///   - last: the revision at which the chart ends.
    /// - Throws: `WorkflowError` of kind `badInput` where none of the organs was ever labelled.
    package func chart(of chosen: [OrganKey], upTo last: Revision) throws -> Chart {
        let shown = chosen.isEmpty ? organs : organs.filter { chosen.contains($0.key) }
        guard !shown.isEmpty else {
            let wanted = chosen.isEmpty ? "any organ" : "these organs"
            throw WorkflowError(
                .badInput, "there is nothing to draw: no volume has a label of \(wanted)",
                remedy: chosen.isEmpty ? "import a dataset first" : "see lacuna coverage for the organs with labels")
        }
        var panels = shown.map { panel(title: $0.key.rawValue, y: "volumes", [$0], last) }
        if chosen.isEmpty, shown.count > 1 {
            panels.insert(panel(title: "all organs", y: "volumes × organs", shown, last), at: 0)
        }
        return Chart(
            title: "Coverage by revision", subtitle: "labels of the catalogue's volumes as of each revision",
            legend: Self.kinds.map { .init($0.0, $0.1, .area) }, panels: panels)
    }

    private func panel(title: String, y: String, _ organs: [Organ], _ last: Revision) -> ChartPanel {
        func total(_ part: KeyPath<Organ, [Int]>) -> [Double] {
            revisions.indices.map { place in Double(organs.reduce(0) { $0 + $1[keyPath: part][place] }) }
        }
        let volumes = volumes.map { Double($0 * organs.count) }
        let (annotated, absent, pseudo) = (total(\.annotated), total(\.absent), total(\.pseudo))
        let rest = volumes.indices.map { volumes[$0] - annotated[$0] - absent[$0] - pseudo[$0] }
        let layers = zip([annotated, absent, pseudo, rest], Self.kinds).map { ChartAreas.Layer($0, $1.1) }
        let areas = ChartAreas(
            places: revisions.map { Double($0.number) }, end: Double(last.number) + 0.5, layers: layers)
        return ChartPanel(
            title: title, x: ChartAxis("revision", 0, Double(last.number) + 0.5, isWhole: true),
            y: .counting(y, upTo: volumes.max() ?? 0), marks: [.areas(areas)])
    }
}
