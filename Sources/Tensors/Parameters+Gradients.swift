internal import CTorch

extension Parameters {
    /// The Euclidean norm of all gradients together.
    public func gradientNorm() throws(TensorError) -> Double {
        let handles: [OpaquePointer?] = all.map(\.handle)
        var norm = 0.0
        try checked("a norm of gradients") { ct_gradient_norm(handles, Int32(handles.count), &norm, $0) }
        return norm
    }

    /// Multiplies all gradients.
    public func scaleGradients(by factor: Double) throws(TensorError) {
        let handles: [OpaquePointer?] = all.map(\.handle)
        try checked("scaling gradients") { ct_scale_gradients(handles, Int32(handles.count), factor, $0) }
    }
}
