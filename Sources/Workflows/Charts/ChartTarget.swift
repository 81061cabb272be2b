package import Catalog
internal import System

/// The file that a chart is written to.
package struct ChartTarget: Sendable {
    package let file: PictureFile
    private let mayOverwrite: Bool

    /// - Parameter mayOverwrite: whether an existing file may be replaced. Files of datasets are never replaced.
    package init(_ file: PictureFile, mayOverwrite: Bool = false) {
        (self.file, self.mayOverwrite) = (file, mayOverwrite)
    }

    /// Checks the target before anything is read.
    /// - Throws: as `OutputTarget.check`.
    package func check(in catalog: LabelCatalog) async throws {
        try await OutputTarget(path: file.path, mayOverwrite: mayOverwrite).check(in: catalog)
    }

    /// Draws the chart and writes it, whole or not at all.
    /// - Throws: as `PictureFile.write`.
    package func write(_ chart: some DrawableChart) async throws {
        try await BlockingWork().run { [file] in
            try file.write(orDraw: "draw fewer organs with --organ") { try chart.encode(as: $0) }
        }
    }
}
