/// One value of a result, before it is rendered.
package enum Cell: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    /// Shown with `places` decimals in tables, and in full in JSON and CSV.
    case number(Double, places: Int)
    case text(String)
    case list([Cell])
    case object([Field])

    /// One key and value of an object; objects keep the order of their fields.
    package struct Field: Hashable, Sendable {
        package var key: String
        package var value: Cell
        /// The label in tables.
        let title: String
        /// What tables show in place of null.
        let absence: String

        /// - Parameters:
        ///   - title: nil: the words of the key.
        ///   - absence: what null means, such as `all`.
        package init(_ key: String, _ value: some CellConvertible, title: String? = nil, absence: String = "-") {
            (self.key, self.value, self.absence) = (key, value.cell, absence)
            self.title = title ?? key.words
        }
    }

    var isNumeric: Bool {
        switch self {
        case .integer, .number: true
        default: false
        }
    }
}

/// A type whose values can be part of a result.
package protocol CellConvertible {
    var cell: Cell { get }
}

extension Cell: CellConvertible {
    package var cell: Cell { self }
}

extension Bool: CellConvertible {
    package var cell: Cell { .bool(self) }
}

extension Int: CellConvertible {
    package var cell: Cell { .integer(self) }
}

extension Int32: CellConvertible {
    package var cell: Cell { .integer(Int(self)) }
}

extension Int64: CellConvertible {
    package var cell: Cell { .integer(Int(self)) }
}

/// Three decimals in tables; use `.number(_, places:)` for others.
extension Double: CellConvertible {
    package var cell: Cell { .number(self, places: 3) }
}

extension String: CellConvertible {
    package var cell: Cell { .text(self) }
}

extension Optional: CellConvertible where Wrapped: CellConvertible {
    package var cell: Cell { self?.cell ?? .null }
}

extension Array: CellConvertible where Element: CellConvertible {
    package var cell: Cell { .list(map(\.cell)) }
}
