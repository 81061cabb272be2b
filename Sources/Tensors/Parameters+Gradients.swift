internal import CTorch

extension Parameters {
    /// The Euclidean norm of all gradients together, on their device.
    public func gradientNorm() throws(TensorError) -> Tensor {
        let handles: [OpaquePointer?] = all.map(\.handle)
        return Tensor(
            owning: try produced("a norm of gradients") { ct_gradient_norm(handles, Int32(handles.count), $0, $1) })
    }

    /// Multiplies all gradients by a tensor of one value on their device.
    public func scaleGradients(by factor: Tensor) throws(TensorError) {
        let handles: [OpaquePointer?] = all.map(\.handle)
        try checked("scaling gradients") { ct_scale_gradients(handles, Int32(handles.count), factor.handle, $0) }
    }
}
