internal import CTorch

/// Arithmetic with libtorch's broadcasting, recorded by autograd.
extension Tensor {
    public static func + (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        Tensor(owning: try produced("add") { ct_add(a.handle, b.handle, $0, $1) })
    }

    public static func - (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        Tensor(owning: try produced("subtract") { ct_subtract(a.handle, b.handle, $0, $1) })
    }

    public static func * (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        Tensor(owning: try produced("multiply") { ct_multiply(a.handle, b.handle, $0, $1) })
    }

    public static func / (a: Tensor, b: Tensor) throws(TensorError) -> Tensor {
        Tensor(owning: try produced("divide") { ct_divide(a.handle, b.handle, $0, $1) })
    }

    public func sigmoid() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("sigmoid") { ct_sigmoid(handle, $0, $1) })
    }

    public func sum() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("sum") { ct_sum_all(handle, $0, $1) })
    }

    /// Sums over `axes`, which disappear from the shape.
    public func sum(over axes: [Int]) throws(TensorError) -> Tensor {
        let list = axes.map(Int64.init)
        return Tensor(owning: try produced("sum") { ct_sum(handle, list, Int32(list.count), $0, $1) })
    }

    /// Sums over `axes` in double precision.
    public func doubleSum(over axes: [Int]) throws(TensorError) -> Tensor {
        let list = axes.map(Int64.init)
        return Tensor(owning: try produced("sum") { ct_sum_double(handle, list, Int32(list.count), $0, $1) })
    }

    public static func * (a: Tensor, factor: Double) throws(TensorError) -> Tensor {
        Tensor(owning: try produced("scale") { ct_scale(a.handle, factor, $0, $1) })
    }

    public static func + (a: Tensor, offset: Double) throws(TensorError) -> Tensor {
        Tensor(owning: try produced("add") { ct_shift(a.handle, offset, $0, $1) })
    }

    /// log σ(self).
    public func logarithmOfSigmoid() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("log sigmoid") { ct_log_sigmoid(handle, $0, $1) })
    }

    public func logarithm() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("logarithm") { ct_log(handle, $0, $1) })
    }

    /// e^self − 1.
    public func exponentialMinusOne() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("exponential") { ct_expm1(handle, $0, $1) })
    }

    public func clamped(from low: Double = -.infinity, to high: Double = .infinity) throws(TensorError) -> Tensor {
        Tensor(owning: try produced("clamp") { ct_clamp(handle, low, high, $0, $1) })
    }

    /// The same values, outside autograd.
    public func detached() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("detach") { ct_detach(handle, $0, $1) })
    }

    /// Adds in place, outside autograd.
    public func accumulate(_ other: Tensor) throws(TensorError) {
        try checked("add") { ct_add_(handle, other.handle, $0) }
    }

    public func float64() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("convert") { ct_to(handle, CT_FLOAT64, $0, $1) })
    }

    /// The same values without gaps in memory; self where they are already.
    public func contiguous() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("a copy without gaps") { ct_contiguous(handle, $0, $1) })
    }

    /// The same values as contiguous float32; self where they are already.
    public func float32() throws(TensorError) -> Tensor {
        Tensor(owning: try produced("convert") { ct_to(handle, CT_FLOAT32, $0, $1) })
    }
}

extension Tensor {
    public static func concatenated(_ tensors: [Tensor], axis: Int) throws(TensorError) -> Tensor {
        let handles = tensors.map { Optional($0.handle) }
        return Tensor(
            owning: try produced("concatenate") { ct_cat(handles, Int32(handles.count), Int32(axis), $0, $1) })
    }

    /// Tensors of one shape along a new first axis.
    public static func stacked(_ tensors: [Tensor]) throws(TensorError) -> Tensor {
        let handles = tensors.map { Optional($0.handle) }
        return Tensor(owning: try produced("stack") { ct_stack(handles, Int32(handles.count), $0, $1) })
    }

    /// A view of each `step`th element of an axis.
    public func sliced(axis: Int, _ range: Range<Int>, step: Int = 1) throws(TensorError) -> Tensor {
        Tensor(
            owning: try produced("a slice") {
                ct_slice(handle, Int32(axis), Int64(range.lowerBound), Int64(range.upperBound), Int64(step), $0, $1)
            })
    }
}

/// Comparisons: 1 where it holds and else 0, in float32, outside autograd.
extension Tensor {
    /// Of bytes, of which only the bits of `mask` count.
    public func equals(_ value: UInt8, mask: UInt8 = .max) throws(TensorError) -> Tensor {
        let bits = mask == .max ? self : Tensor(owning: try produced("bits") { ct_bits(handle, mask, $0, $1) })
        return Tensor(owning: try produced("compare") { ct_equals(bits.handle, value, $0, $1) })
    }

    /// Whether a value is at least `value`.
    public func reaches(_ value: Double) throws(TensorError) -> Tensor {
        Tensor(owning: try produced("compare") { ct_reaches(handle, value, $0, $1) })
    }
}
