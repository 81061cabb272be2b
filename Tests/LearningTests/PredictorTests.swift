import Batches
import Domain
import Learning
import Plans
import Tensors
import Testing

@Suite struct PredictorTests {
    /// A network of one level sees 5 x 5 x 5 voxels; instance norm looks at the window, so windows are compared whole.
    @Test(arguments: [2, 3])
    func oneWindowAgreesWithTheNetworkItself(dimensions: Int) async throws {
        let (ours, direct) = try await tensorThread.run {
            let settings = smallSettings {
                $0.dimensions = dimensions
                $0.contextSlices = dimensions == 2 ? 3 : 1
                $0.patch = dimensions == 2 ? [24, 24] : [24, 24, 12]
            }
            let item = cubeCase(1, lower: Vector3(4, 5, 3), size: 6)
            let network = try UNet(settings.plan(organs: ["cube"]), seed: 3)
            let prediction = try Predictor(network, confidence: .residual, settings: settings).predict(item)
            let image = item.image.withVoxels { $0.map { (Float($0) - 40) / 100 } }
            let slice = 24 * 24
            let input =
                dimensions == 3
                ? try Tensor(image, shape: [1, 1, 12, 24, 24])
                : try Tensor(
                    (0..<12).flatMap { z in
                        (-1...1).flatMap { d in
                            let source = min(max(z + d, 0), 11)
                            return image[source * slice..<(source + 1) * slice]
                        }
                    }, shape: [12, 3, 24, 24])
            let logits = try Torch.withoutGradients { try network(input).floats() }
            return (prediction.logits[0].map(Float.init), logits.map { Float(Prediction.quantised($0)) })
        }
        #expect(distance(ours, direct) <= 1)
        #expect(Set(ours).count > 3)
    }

    @Test(arguments: [2, 3])
    func overlappingWindowsCoverEveryVoxel(dimensions: Int) async throws {
        let logits = try await tensorThread.run {
            let settings = smallSettings {
                $0.dimensions = dimensions
                $0.contextSlices = dimensions == 2 ? 3 : 1
                $0.patch = dimensions == 2 ? [16, 8] : [16, 8, 8]
                $0.headBias = 2
            }
            let network = try UNet(settings.plan(organs: ["cube"]), seed: 3)
            try network.parameters["head.weight"]?.copy(from: try Tensor.zeros([1]))
            let item = cubeCase(1, lower: Vector3(4, 5, 3), size: 6)
            return try Predictor(network, confidence: .residual, settings: settings).predict(item).logits[0]
        }
        #expect(logits.allSatisfy { $0 == 512 })
    }
}
