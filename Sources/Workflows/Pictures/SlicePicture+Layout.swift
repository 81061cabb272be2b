internal import Drawing
internal import Imaging

extension SlicePicture {
    /// Where the parts of the picture are, in pixels.
    struct Layout {
        static let gap = 12.0
        static let head = 76.0
        static let line = 20.0

        let panelWidth: Double
        let panelHeight: Double
        /// Size of one voxel of the slice, in true proportions.
        let voxel: (width: Double, height: Double)
        let width: Int
        let height: Int

        /// The patient fills the width of a panel.
        init(_ picture: SlicePicture) {
            let panels = Double(picture.columns.count + 1)
            let steps = picture.slice.steps(spacing: picture.image.spacing)
            let panelWidth = max(240, ((1240 - Self.gap) / panels - Self.gap).rounded(.down))
            let voxel = Self.voxel(
                steps.down / steps.across, (picture.body.columns.count, picture.body.rows.count), panelWidth)
            let panelHeight = max(1, (voxel.height * Double(picture.body.rows.count)).rounded())
            let lines = max(3, picture.columns.map(\.entries.count).max() ?? 0) + 1
            (self.panelWidth, self.panelHeight) = (panelWidth, panelHeight)
            self.voxel = voxel
            width = Int(Self.gap + panels * (panelWidth + Self.gap))
            height = Int(Self.head + panelHeight + 2 * Self.gap + Double(lines) * Self.line)
        }

        /// The height above which an image is drawn narrower than its panel, in pixels.
        private static let greatestHeight = 8192.0

        /// The size of a voxel with which `voxels` fit into a panel, in true proportions unless a side of the image would then be less
        /// than a pixel.
        ///
        /// - Parameter proportion: height by width of a voxel.
        private static func voxel(
            _ proportion: Double, _ voxels: (columns: Int, rows: Int), _ panelWidth: Double
        ) -> (width: Double, height: Double) {
            let (columns, rows) = (Double(voxels.columns), Double(voxels.rows))
            let width = panelWidth / columns
            let height = width * proportion
            let excess = max(1, height * rows / greatestHeight)
            return (max(width / excess, 1 / columns), max(min(height, greatestHeight / rows), 1 / rows))
        }

        /// - Parameter position: 0 for the image, then the columns.
        func panel(_ position: Int) -> Rectangle {
            Rectangle(
                x: Self.gap + Double(position) * (panelWidth + Self.gap), y: Self.head, width: panelWidth,
                height: panelHeight)
        }

        /// The whole slice, of which the panel shows the patient.
        func slice(_ picture: SlicePicture, in panel: Rectangle) -> Rectangle {
            Rectangle(
                x: panel.x - Double(picture.body.columns.lowerBound) * voxel.width,
                y: panel.y - Double(picture.body.rows.lowerBound) * voxel.height,
                width: Double(picture.slice.columns) * voxel.width, height: Double(picture.slice.rows) * voxel.height)
        }

        /// The baseline of a line of the legend; line 0 is for headings.
        func baseline(_ line: Int) -> Double {
            Self.head + panelHeight + Self.gap + Double(line) * Self.line + 10
        }
    }
}
