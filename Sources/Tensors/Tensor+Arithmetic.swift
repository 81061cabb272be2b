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

}
