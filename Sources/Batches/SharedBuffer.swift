/// Values in memory that is only read, kept alive by its owner (a mapped file, or memory of its own).
///
/// `@unchecked Sendable`: the memory stays valid and unchanged while `owner`, itself sendable, lives.
package struct SharedBuffer<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let values: UnsafeBufferPointer<Element>
    private let owner: any AnyObject & Sendable

    /// - Parameter owner: keeps `values` valid and unchanged.
    init(_ values: UnsafeBufferPointer<Element>, owner: any AnyObject & Sendable) {
        (self.values, self.owner) = (values, owner)
    }

    /// A copy of `values`.
    package init(_ values: [Element]) {
        let block = MemoryBlock<Element>(count: values.count)
        _ = block.values.initialize(from: values)
        self.init(UnsafeBufferPointer(block.values), owner: block)
    }

    package var count: Int { values.count }
    package var isEmpty: Bool { values.isEmpty }

    package subscript(index: Int) -> Element { withExtendedLifetime(owner) { values[index] } }

    package func withValues<R>(_ body: (UnsafeBufferPointer<Element>) throws -> R) rethrows -> R {
        try withExtendedLifetime(owner) { try body(values) }
    }
}

/// Memory of its own, without values at first.
///
/// `@unchecked Sendable`: it is written by its maker alone, before it is shared.
final class MemoryBlock<Element: BitwiseCopyable>: @unchecked Sendable {
    let values: UnsafeMutableBufferPointer<Element>

    init(count: Int) { values = .allocate(capacity: count) }

    deinit { values.deallocate() }
}
