internal import FoundationEssentials

extension Cell {
    /// The value of a JSON text, with the keys of objects in their order; nil where it is no JSON.
    package init?(json text: String) {
        guard let value = try? JSONDecoder().decode(Decoded.self, from: Data(text.utf8)) else { return nil }
        self = value.cell
    }

    private struct Decoded: Decodable {
        let cell: Cell

        init(from decoder: any Decoder) throws {
            if let members = try? decoder.container(keyedBy: Key.self) {
                let fields = try members.allKeys.sorted { $0.stringValue < $1.stringValue }.map {
                    Field($0.stringValue, try members.decode(Decoded.self, forKey: $0).cell)
                }
                cell = .object(fields)
            } else if var items = try? decoder.unkeyedContainer() {
                var cells: [Cell] = []
                while !items.isAtEnd { cells.append(try items.decode(Decoded.self).cell) }
                cell = .list(cells)
            } else {
                cell = try Self.plain(try decoder.singleValueContainer())
            }
        }

        private static func plain(_ value: any SingleValueDecodingContainer) throws -> Cell {
            if value.decodeNil() { return .null }
            if let flag = try? value.decode(Bool.self) { return .bool(flag) }
            if let whole = try? value.decode(Int.self) { return .integer(whole) }
            if let number = try? value.decode(Double.self) { return .number(number, places: 3) }
            return .text(try value.decode(String.self))
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
