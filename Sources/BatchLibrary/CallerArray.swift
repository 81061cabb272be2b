/// Memory of a caller for values of a batch. Its count may be any number until it is compared with that of a batch.
struct CallerArray<Element> {
    let start: UnsafeMutablePointer<Element>?
    /// 0 where there is no memory.
    let count: Int64

    init(_ start: UnsafeMutablePointer<Element>?, count: Int64) {
        (self.start, self.count) = (start, start == nil ? 0 : count)
    }

    /// Its values; their count is 0 or more.
    var values: UnsafeMutableBufferPointer<Element> { UnsafeMutableBufferPointer(start: start, count: Int(count)) }
}

/// Lists that a caller gives.
enum CallerList {
    /// More elements are a mistake, such as a count of bytes.
    static let most: Int64 = 1 << 16

    /// The elements of a list.
    ///
    /// - Parameter name: what they are, such as `organs`.
    /// - Throws: `LibraryError` for no elements and too many; then nothing is read.
    static func read<Element, Value>(
        _ start: UnsafePointer<Element>, count: Int64, _ name: String, _ value: (Element) -> Value
    ) throws(LibraryError) -> [Value] {
        guard (1...most).contains(count) else {
            throw .argument("the number of \(name) is \(count)", "give 1 to \(most)")
        }
        return UnsafeBufferPointer(start: start, count: Int(count)).map(value)
    }
}
