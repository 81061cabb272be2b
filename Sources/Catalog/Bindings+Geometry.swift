public import Domain
public import Postgres

extension Affine {
    /// Three rows of four, row-major, as in the database.
    public var rows: [Double] {
        (0..<3).flatMap { [columns[0][$0], columns[1][$0], columns[2][$0], translation[$0]] }
    }

    /// - Precondition: twelve numbers.
    public init(rows: [Double]) {
        precondition(rows.count == 12, "an affine has three rows of four")
        self.init(
            columns: (0..<3).map { column in Vector3(rows[column], rows[4 + column], rows[8 + column]) },
            translation: Vector3(rows[3], rows[7], rows[11]))
    }
}

extension Affine: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> Affine {
        let rows = try [Double].decode(field)
        guard rows.count == 12 else { throw field.mismatch("an affine of 12 numbers") }
        return Affine(rows: rows)
    }
}

extension VoxelBox {
    /// Lower x, y, z, upper x, y, z, as in the database.
    public var bounds: [Int32] {
        [lower.x, lower.y, lower.z, upper.x, upper.y, upper.z].map(Int32.init)
    }

    /// - Precondition: six numbers.
    public init(bounds: [Int32]) {
        precondition(bounds.count == 6, "a box has six bounds")
        let b = bounds.map(Int.init)
        self.init(lower: Vector3(b[0], b[1], b[2]), upper: Vector3(b[3], b[4], b[5]))
    }
}

extension VoxelBox: PostgresDecodable {
    public static func decode(_ field: PostgresField) throws(PostgresError) -> VoxelBox {
        let bounds = try [Int32].decode(field)
        guard bounds.count == 6 else { throw field.mismatch("a box of six bounds") }
        return VoxelBox(bounds: bounds)
    }
}
