/// Three numbers along x, y, z.
///
/// A plain struct instead of `SIMD3`, which is aligned to 32 bytes for 64-bit numbers: the optimiser of Swift 6.3
/// places such a value beyond the end of an async function's frame when it lives across an `await`, which corrupts the
/// heap.
public struct Vector3<Scalar: Hashable & Sendable>: Hashable, Sendable {
    public var x, y, z: Scalar

    @inlinable
    public init(_ x: Scalar, _ y: Scalar, _ z: Scalar) { (self.x, self.y, self.z) = (x, y, z) }

    @inlinable
    public init(x: Scalar, y: Scalar, z: Scalar) { self.init(x, y, z) }

    @inlinable
    public init(repeating value: Scalar) { self.init(value, value, value) }

    /// - Precondition: three elements.
    @inlinable
    public init(_ elements: some Collection<Scalar>) {
        precondition(elements.count == 3, "three numbers")
        let elements = Array(elements)
        self.init(elements[0], elements[1], elements[2])
    }

    @inlinable
    public subscript(axis: Int) -> Scalar {
        get { axis == 0 ? x : axis == 1 ? y : z }
        set {
            switch axis {
            case 0: x = newValue
            case 1: y = newValue
            default: z = newValue
            }
        }
    }

    @inlinable
    func merged(_ other: Self, _ operation: (Scalar, Scalar) -> Scalar) -> Self {
        Self(operation(x, other.x), operation(y, other.y), operation(z, other.z))
    }
}

extension Vector3 where Scalar: Numeric {
    @inlinable public static var zero: Self { Self(repeating: 0) }
    @inlinable public static var one: Self { Self(repeating: 1) }
    @inlinable public static func + (a: Self, b: Self) -> Self { a.merged(b, +) }
    @inlinable public static func - (a: Self, b: Self) -> Self { a.merged(b, -) }
    @inlinable public static func * (a: Self, b: Self) -> Self { a.merged(b, *) }
    @inlinable public static func * (a: Self, b: Scalar) -> Self { a * Self(repeating: b) }
    @inlinable public static func * (a: Scalar, b: Self) -> Self { Self(repeating: a) * b }
    @inlinable public static func - (a: Self, b: Scalar) -> Self { a - Self(repeating: b) }
    @inlinable public static func - (a: Scalar, b: Self) -> Self { Self(repeating: a) - b }
    @inlinable public static func + (a: Self, b: Scalar) -> Self { a + Self(repeating: b) }
    @inlinable public static func += (a: inout Self, b: Self) { a = a + b }
    @inlinable public static func -= (a: inout Self, b: Self) { a = a - b }
    @inlinable public func sum() -> Scalar { x + y + z }
}

extension Vector3 where Scalar: SignedNumeric {
    @inlinable public static prefix func - (a: Self) -> Self { zero - a }
}

extension Vector3 where Scalar: Comparable {
    @inlinable public func min() -> Scalar { Swift.min(x, y, z) }
    @inlinable public func max() -> Scalar { Swift.max(x, y, z) }
    /// The smaller of each pair.
    @inlinable public func lowered(to other: Self) -> Self { merged(other) { Swift.min($0, $1) } }
    /// The larger of each pair.
    @inlinable public func raised(to other: Self) -> Self { merged(other) { Swift.max($0, $1) } }
}

extension Vector3 where Scalar: FloatingPoint {
    public func rounded(_ rule: FloatingPointRoundingRule = .toNearestOrAwayFromZero) -> Self {
        Self(x.rounded(rule), y.rounded(rule), z.rounded(rule))
    }
    @inlinable public static func / (a: Self, b: Self) -> Self { a.merged(b, /) }
    @inlinable public static func / (a: Self, b: Scalar) -> Self { a / Self(repeating: b) }
    @inlinable public static func / (a: Scalar, b: Self) -> Self { Self(repeating: a) / b }
}

extension Vector3 where Scalar: FixedWidthInteger {
    @inlinable public static func &+ (a: Self, b: Self) -> Self { a.merged(b, &+) }
    @inlinable public static func &- (a: Self, b: Self) -> Self { a.merged(b, &-) }
}

extension Vector3<Double> {
    @inlinable public init(_ whole: Vector3<Int>) { self.init(Double(whole.x), Double(whole.y), Double(whole.z)) }
}
