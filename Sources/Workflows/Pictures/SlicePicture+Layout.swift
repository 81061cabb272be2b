internal import Domain
internal import Drawing
internal import Imaging

extension SlicePicture {
    /// Where the parts of the picture are, in pixels.
    struct Layout {
        /// A slice with the masks of one column.
        struct Cell {
            let view: Int
            /// Nil: the image alone.
            let column: Int?
            let panel: Rectangle
            /// Whether the name of its column is above it.
            let isHeaded: Bool
        }

        static let gap = 12.0
        static let head = 76.0
        static let heading = 34.0
        static let line = 20.0

        private(set) var cells: [Cell] = []
        /// Size of one voxel of each view, in true proportions.
        private(set) var voxels: [(width: Double, height: Double)] = []
        let width: Int
        private(set) var height = 0
        /// Where the legends begin, and the width of each.
        private(set) var foot = 0.0
        let legendWidth: Double

        /// The patient fills the width of a panel; all slices have one scale.
        init(_ picture: SlicePicture) {
            let groups = Double(picture.columns.count + 1)
            legendWidth = max(240, ((1240 - Self.gap) / groups - Self.gap).rounded(.down))
            width = Int(Self.gap + groups * (legendWidth + Self.gap))
            if picture.isMosaic { placeMosaic(picture) } else { placeRows(picture) }
            let lines = max(3, picture.columns.map(\.entries.count).max() ?? 0) + (picture.isMosaic ? 2 : 1)
            height = Int(foot + 2 * Self.gap + Double(lines) * Self.line)
        }

        /// A row for each slice: the image, then the columns.
        private mutating func placeRows(_ picture: SlicePicture) {
            measure(picture, panelWidth: legendWidth)
            var top = Self.head
            for view in picture.views.indices {
                let height = panelHeight(picture, view)
                for group in 0...picture.columns.count {
                    let panel = Rectangle(x: x(of: group), y: top, width: legendWidth, height: height)
                    cells.append(
                        Cell(view: view, column: group == 0 ? nil : group - 1, panel: panel, isHeaded: view == 0))
                }
                top += height + Self.gap
            }
            foot = top - Self.gap
        }

        /// A block of slices for each column, read like text.
        private mutating func placeMosaic(_ picture: SlicePicture) {
            let across = min(picture.views.count, Self.slicesAcross)
            let panelWidth = ((Double(width) - Self.gap) / Double(across) - Self.gap).rounded(.down)
            measure(picture, panelWidth: panelWidth)
            let height = picture.views.indices.map { panelHeight(picture, $0) }.max() ?? 1
            var top = Self.head
            for column in picture.columns.indices where !picture.columns[column].entries.isEmpty {
                for view in picture.views.indices {
                    let panel = Rectangle(
                        x: Self.gap + Double(view % across) * (panelWidth + Self.gap),
                        y: top + Double(view / across) * (height + Self.gap), width: panelWidth, height: height)
                    cells.append(Cell(view: view, column: column, panel: panel, isHeaded: view == 0))
                }
                top += Double((picture.views.count + across - 1) / across) * (height + Self.gap) + Self.heading
            }
            foot = top - Self.gap - Self.heading
        }

        private static let slicesAcross = 4

        private mutating func measure(_ picture: SlicePicture, panelWidth: Double) {
            let spacing = picture.image.spacing
            let widest = picture.views.map { $0.width(spacing: spacing) }.max() ?? 1
            voxels = picture.views.map { view in
                let steps = view.slice.steps(spacing: spacing)
                return Self.voxel(
                    steps.down / steps.across, (view.body.columns.count, view.body.rows.count),
                    max(1, panelWidth * view.width(spacing: spacing) / widest),
                    greatestHeight: Self.greatestHeight / Double(picture.views.count))
            }
        }

        private func panelHeight(_ picture: SlicePicture, _ view: Int) -> Double {
            max(1, (voxels[view].height * Double(picture.views[view].body.rows.count)).rounded())
        }

        /// The height above which an image is drawn narrower than its panel, of all slices together, in pixels.
        private static let greatestHeight = 8192.0

        /// The size of a voxel with which `voxels` fit into a panel, in true proportions unless a side of the image would then be less
        /// than a pixel.
        ///
        /// - Parameter proportion: height by width of a voxel.
        private static func voxel(
            _ proportion: Double, _ voxels: (columns: Int, rows: Int), _ panelWidth: Double, greatestHeight: Double
        ) -> (width: Double, height: Double) {
            let (columns, rows) = (Double(voxels.columns), Double(voxels.rows))
            let width = panelWidth / columns
            let height = width * proportion
            let excess = max(1, height * rows / greatestHeight)
            return (max(width / excess, 1 / columns), max(min(height, greatestHeight / rows), 1 / rows))
        }

        /// Where a group of panels or a legend begins.
        ///
        /// - Parameter group: 0 for the image, then the columns.
        func x(of group: Int) -> Double { Self.gap + Double(group) * (legendWidth + Self.gap) }

        /// The whole slice of a cell, of which its panel shows the patient, in the middle.
        func slice(_ picture: SlicePicture, in cell: Cell) -> Rectangle {
            let (view, voxel) = (picture.views[cell.view], voxels[cell.view])
            let shown = voxel.width * Double(view.body.columns.count)
            let left = cell.panel.x + max(0, (cell.panel.width - shown) / 2)
            return Rectangle(
                x: left - Double(view.body.columns.lowerBound) * voxel.width,
                y: cell.panel.y - Double(view.body.rows.lowerBound) * voxel.height,
                width: Double(view.slice.columns) * voxel.width, height: Double(view.slice.rows) * voxel.height)
        }

        /// The baseline of a line of the legend; line 0 is for headings.
        func baseline(_ line: Int) -> Double { foot + Self.gap + Double(line) * Self.line + 10 }
    }
}
