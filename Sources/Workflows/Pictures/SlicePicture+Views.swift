internal import Domain
internal import Imaging

extension SlicePicture {
    /// One slice of the picture.
    struct View: Sendable {
        let slice: VolumeSlice
        /// Columns and rows of the slice that show the patient.
        var body: Body

        /// Millimetres that the patient takes across.
        func width(spacing: Vector3<Double>) -> Double {
            Double(body.columns.count) * slice.steps(spacing: spacing).across
        }
    }

    struct Body: Hashable, Sendable {
        var columns, rows: Range<Int>

        mutating func extend(by other: Body) {
            columns =
                min(columns.lowerBound, other.columns.lowerBound)..<max(columns.upperBound, other.columns.upperBound)
            rows = min(rows.lowerBound, other.rows.lowerBound)..<max(rows.upperBound, other.rows.upperBound)
        }
    }

    /// The slices of a view; the body of all of a mosaic is one.
    ///
    /// - Parameter threshold: what is denser belongs to the patient.
    static func views(
        _ view: PictureView, of image: ImageVolume, _ columns: [Column], above threshold: Double
    ) -> [View] {
        var views = slices(view, columns, image.shape).map { slice in
            View(slice: slice, body: body(in: image, slice, above: threshold))
        }
        guard case .mosaic = view, var whole = views.first?.body else { return views }
        for view in views { whole.extend(by: view.body) }
        for index in views.indices { views[index].body = whole }
        return views
    }

    private static func slices(_ view: PictureView, _ columns: [Column], _ shape: GridShape) -> [VolumeSlice] {
        switch view {
        case .axial(let index): return [VolumeSlice(shape, .axial, at: index ?? fullestSlice(columns, shape))]
        case .planes(let place):
            let place = place ?? centre(of: columns, shape)
            return [
                VolumeSlice(shape, .axial, at: place.z), VolumeSlice(shape, .coronal, at: place.y),
                VolumeSlice(shape, .sagittal, at: place.x),
            ]
        case .mosaic(let count):
            let extent = extent(of: columns, shape)
            let shown = min(count, extent.count)
            return (0..<shown).map { number in
                let step = Double(extent.count) * (Double(number) + 0.5) / Double(shown)
                return VolumeSlice(shape, .axial, at: extent.lowerBound + min(extent.count - 1, Int(step)))
            }
        }
    }

    /// Columns and rows of which more than a tenth is above a value, denser than fat in a CT, with a margin; all where none is.
    private static func body(in image: ImageVolume, _ slice: VolumeSlice, above threshold: Double) -> Body {
        var (columns, rows) = (Array(repeating: 0, count: slice.columns), Array(repeating: 0, count: slice.rows))
        for row in rows.indices {
            for column in columns.indices where image.voxels[slice.voxel(column: column, row: row)] > threshold {
                columns[column] += 1
                rows[row] += 1
            }
        }
        func range(_ counts: [Int], of length: Int) -> Range<Int> {
            guard let first = counts.firstIndex(where: { $0 * 10 > length }),
                let last = counts.lastIndex(where: { $0 * 10 > length }), last - first > counts.count / 4
            else { return counts.indices }
            let margin = counts.count / 25 + 1
            return max(0, first - margin)..<min(counts.count, last + 1 + margin)
        }
        return Body(columns: range(columns, of: slice.rows), rows: range(rows, of: slice.columns))
    }

    // MARK: - Where the masks are

    private static func fullestSlice(_ columns: [Column], _ shape: GridShape) -> Int {
        let counts = (0..<shape.z).map { z in
            let shown = columns.flatMap { $0.entries.map { ($0.organ, voxels($0.mask, in: z)) } }
            return (organs: Set(shown.filter { $0.1 > 0 }.map(\.0)).count, voxels: shown.reduce(0) { $0 + $1.1 })
        }
        return counts.indices.max { (counts[$0].organs, counts[$0].voxels) < (counts[$1].organs, counts[$1].voxels) }
            ?? 0
    }

    private static func voxels(_ mask: BitVolume, in z: Int) -> Int {
        let plane = mask.shape.x * mask.shape.y
        return (z * plane..<(z + 1) * plane).reduce(0) { $0 + (mask[$1] ? 1 : 0) }
    }

    /// The mean place of the voxels of all masks; the middle of the volume without any.
    private static func centre(of columns: [Column], _ shape: GridShape) -> Vector3<Int> {
        var (sum, count) = (Vector3(0, 0, 0), 0)
        for entry in columns.flatMap(\.entries) {
            for index in 0..<shape.count where entry.mask[index] {
                sum = Vector3(
                    sum.x + index % shape.x, sum.y + index / shape.x % shape.y, sum.z + index / (shape.x * shape.y))
                count += 1
            }
        }
        guard count > 0 else { return Vector3(shape.x / 2, shape.y / 2, shape.z / 2) }
        return Vector3(sum.x / count, sum.y / count, sum.z / count)
    }

    /// The axial slices from the first to the last with a mask; all without any.
    private static func extent(of columns: [Column], _ shape: GridShape) -> Range<Int> {
        let shown = (0..<shape.z).filter { z in
            columns.contains { $0.entries.contains { voxels($0.mask, in: z) > 0 } }
        }
        guard let first = shown.first, let last = shown.last else { return 0..<shape.z }
        return first..<last + 1
    }
}
