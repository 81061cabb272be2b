/// A value of a JSON text with the line on which it begins, for messages.
struct JSONNode: Sendable {
    enum Content: Sendable {
        /// Keys in the order of the text, each once.
        case object([(key: String, value: JSONNode)])
        case array([JSONNode])
        case plain
    }

    /// Counted from 1.
    let line: Int
    let content: Content

    /// The value of a key; nil where there is none.
    subscript(key: String) -> JSONNode? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// An element of an array; nil where there is none.
    subscript(index: Int) -> JSONNode? {
        guard case .array(let items) = content, items.indices.contains(index) else { return nil }
        return items[index]
    }
}
