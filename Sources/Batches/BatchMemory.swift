/// The memory that the rows of a batch are written to; its owner keeps it.
///
/// `@unchecked Sendable`: one thread at a time writes to it, as `BatchProducer` sees to.
public struct BatchMemory: @unchecked Sendable {
    /// Those of a row, or of all rows.
    package struct Planes {
        /// [rows, channels, (Z,) Y, X], float32, normalised.
        package let image: UnsafeMutableBufferPointer<Float>
        /// [rows, organs, (Z,) Y, X] and [rows, composite labels, (Z,) Y, X], bytes.
        package let states, composite: UnsafeMutableBufferPointer<UInt8>
    }

    package let rows: Int
    private let all: Planes

    /// - Precondition: as many values for each row.
    public init(
        rows: Int, image: UnsafeMutableBufferPointer<Float>, states: UnsafeMutableBufferPointer<UInt8>,
        composite: UnsafeMutableBufferPointer<UInt8>
    ) {
        precondition([image.count, states.count, composite.count].allSatisfy { $0 % rows == 0 }, "equal rows")
        (self.rows, all) = (rows, Planes(image: image, states: states, composite: composite))
    }

    package func row(_ index: Int) -> Planes {
        Planes(image: part(index, all.image), states: part(index, all.states), composite: part(index, all.composite))
    }

    private func part<T>(_ row: Int, _ all: UnsafeMutableBufferPointer<T>) -> UnsafeMutableBufferPointer<T> {
        let size = all.count / rows
        return UnsafeMutableBufferPointer(rebasing: all[row * size..<(row + 1) * size])
    }
}
