extension NetworkPlan {
    /// Floating-point operations of the convolutions for one patch, forwards: two for each product of a weight and a value.
    ///
    /// - Parameter patch: sizes of the spatial axes.
    public func operations(patch: [Int]) -> Double { layers(patch: patch).reduce(0) { $0 + $1.operations } }

    /// As `operations`, of a training step: forwards, for the gradients of the weights, and for those of the layers' inputs, of which the
    /// image needs none.
    public func stepOperations(patch: [Int]) -> Double {
        let layers = layers(patch: patch)
        return 3 * layers.reduce(0) { $0 + $1.operations } - (layers.first?.operations ?? 0)
    }

    private struct ConvolutionWork {
        let inputs, outputs, products: Int
        let voxels: Double

        var operations: Double { 2 * voxels * Double(inputs * outputs * products) }
    }

    /// The convolutions as `UNet` makes them, the first one first.
    private func layers(patch: [Int]) -> [ConvolutionWork] {
        let kernel = dimensions == 3 ? 27 : 9
        let whole = Double(patch.reduce(1, *))
        func voxels(_ level: Int) -> Double { whole / Double(1 << (dimensions * level)) }
        func block(_ level: Int, from inputs: Int) -> ConvolutionWork {
            ConvolutionWork(inputs: inputs, outputs: widths[level], products: kernel, voxels: voxels(level))
        }
        var layers: [ConvolutionWork] = []
        for level in widths.indices {
            layers.append(block(level, from: level == 0 ? inputChannels : widths[level - 1]))
            layers.append(block(level, from: widths[level]))
        }
        for level in widths.indices.dropLast() {
            // A transposed convolution of stride 2 makes each voxel of one of the level below.
            layers.append(
                ConvolutionWork(inputs: widths[level + 1], outputs: widths[level], products: 1, voxels: voxels(level)))
            layers.append(block(level, from: 2 * widths[level]))
            layers.append(block(level, from: widths[level]))
        }
        layers.append(ConvolutionWork(inputs: widths[0], outputs: organs.count, products: 1, voxels: whole))
        return layers
    }
}
