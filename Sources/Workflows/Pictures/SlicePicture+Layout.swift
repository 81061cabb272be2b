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
            let voxelWidth = panelWidth / Double(picture.body.columns.count)
            let voxelHeight = voxelWidth * steps.down / steps.across
            let panelHeight = max(1, (voxelHeight * Double(picture.body.rows.count)).rounded())
            let lines = max(3, picture.columns.map(\.entries.count).max() ?? 0) + 1
            (self.panelWidth, self.panelHeight) = (panelWidth, panelHeight)
            voxel = (voxelWidth, voxelHeight)
            width = Int(Self.gap + panels * (panelWidth + Self.gap))
            height = Int(Self.head + panelHeight + 2 * Self.gap + Double(lines) * Self.line)
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
