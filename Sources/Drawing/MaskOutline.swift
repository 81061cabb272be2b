/// The borders of a binary mask as closed polygons along pixel edges; filled by the even-odd rule they are the mask.
package struct MaskOutline: Hashable, Sendable {
    /// A corner of a pixel: column 0 to `width`, row 0 to `height`.
    struct Corner: Hashable, Sendable {
        var column, row: Int
    }

    private enum Direction { case right, down, left, up }

    /// Columns of the mask.
    package let width: Int
    /// Rows of the mask.
    package let height: Int
    /// Without corners on straight stretches; the last corner joins the first.
    let polygons: [[Corner]]

    package var isEmpty: Bool { polygons.isEmpty }

    /// - Parameter isSet: whether the pixel at (column, row) belongs to the mask, row 0 on top.
    package init(width: Int, height: Int, isSet: (_ column: Int, _ row: Int) -> Bool) {
        (self.width, self.height) = (width, height)
        var edges = Self.edges(width, height, isSet)
        var polygons: [[Corner]] = []
        for corner in edges.keys.sorted(by: { ($0.row, $0.column) < ($1.row, $1.column) }) {
            while edges[corner]?.isEmpty == false { polygons.append(Self.polygon(from: corner, &edges)) }
        }
        self.polygons = polygons
    }

    /// The edges between mask and background by their starting corner, with the mask on their right.
    private static func edges(
        _ width: Int, _ height: Int, _ isSet: (Int, Int) -> Bool
    ) -> [Corner: [Direction]] {
        func isInside(_ column: Int, _ row: Int) -> Bool {
            column >= 0 && row >= 0 && column < width && row < height && isSet(column, row)
        }
        var edges: [Corner: [Direction]] = [:]
        for row in 0..<height {
            for column in 0..<width where isSet(column, row) {
                func add(_ x: Int, _ y: Int, _ direction: Direction) {
                    edges[Corner(column: x, row: y), default: []].append(direction)
                }
                if !isInside(column, row - 1) { add(column, row, .right) }
                if !isInside(column + 1, row) { add(column + 1, row, .down) }
                if !isInside(column, row + 1) { add(column + 1, row + 1, .left) }
                if !isInside(column - 1, row) { add(column, row + 1, .up) }
            }
        }
        return edges
    }

    /// Follows edges from a corner back to it, and removes them.
    private static func polygon(from start: Corner, _ edges: inout [Corner: [Direction]]) -> [Corner] {
        var (corners, corner) = ([Corner](), start)
        var last: Direction?
        repeat {
            guard let direction = edges[corner]?.popLast() else { return corners }
            if direction != last { corners.append(corner) }
            last = direction
            switch direction {
            case .right: corner.column += 1
            case .down: corner.row += 1
            case .left: corner.column -= 1
            case .up: corner.row -= 1
            }
        } while corner != start
        return corners
    }
}
