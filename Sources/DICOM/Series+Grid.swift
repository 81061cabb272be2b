internal import Domain
public import Imaging

extension Series {
    /// The largest relative difference of a slice distance from the median.
    private static let tolerance = 0.05

    /// The grid of the slices' headers (DICOM PS3.3, C.7.6.2): i along a row of pixels, j along a column, k along the
    /// stack; RAS+ millimetres.
    /// - Throws: `unevenSlices` where slices are missing, duplicate, not parallel or of different sizes.
    public func grid() throws(DICOMError) -> ImageGrid {
        let (first, last) = (slices[0], slices[slices.count - 1])
        try checkSlices()
        let step =
            count > 1 ? (last.position - first.position) * (1 / Double(count - 1)) : first.normal
        let affine = Affine(
            columns: [first.across * first.columnStep, first.down * first.rowStep, step].map(Self.toRAS),
            translation: Self.toRAS(first.position))
        guard affine.determinant != 0, affine.determinant.isFinite else {
            throw .unevenSlices(folder: folder, reason: "they are in one plane")
        }
        return ImageGrid(shape: GridShape(columns, rows, count), affine: affine)
    }

    /// Checks for equal sizes, equal directions and even distances.
    /// - Throws: `unevenSlices`.
    private func checkSlices() throws(DICOMError) {
        let first = slices[0]
        let places = slices.map { $0.position.dot(first.normal) }
        let gaps = zip(places.dropFirst(), places).map { $0 - $1 }
        let usual = gaps.isEmpty ? 1 : gaps.sorted()[gaps.count / 2]
        for (index, slice) in slices.enumerated().dropFirst() {
            guard (slice.columns, slice.rows) == (first.columns, first.rows) else {
                throw .unevenSlices(folder: folder, reason: "they have different sizes")
            }
            guard (slice.normal - first.normal).length < 1e-2 else {
                throw .unevenSlices(folder: folder, reason: "they are not parallel")
            }
            let gap = gaps[index - 1]
            guard gap > 0.01 else { throw .unevenSlices(folder: folder, reason: "two are at the same position") }
            guard abs(gap - usual) <= Self.tolerance * usual else {
                let (found, other) = ((gap * 100).rounded() / 100, (usual * 100).rounded() / 100)
                throw .unevenSlices(folder: folder, reason: "a gap of \(found) mm instead of \(other) mm")
            }
        }
    }

    /// From DICOM's LPS+ coordinates.
    private static func toRAS(_ vector: Vector3<Double>) -> Vector3<Double> { Vector3(-vector.x, -vector.y, vector.z) }
}
