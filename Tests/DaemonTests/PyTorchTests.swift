import Foundation
import Learning
import Tensors
import TestSupport
import Testing

extension DaemonTests {
    /// `examples/load_checkpoint.py` reads a stored checkpoint with PyTorch alone and predicts what our network predicts.
    @Suite struct PyTorchTests {
        private static let python = ["LACUNA_TORCH_PYTHON", "LACUNA_PEER_PYTHON"]
            .compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }

        @Test(
            .enabled(
                if: python != nil, "needs a Python with torch, named by LACUNA_TORCH_PYTHON or LACUNA_PEER_PYTHON"))
        func pyTorchPredictsTheSameFromAStoredCheckpoint() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let digest = try await place.ask(
                    """
                    select encode(c.object_digest, 'hex') from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id
                    where r.number = 2 and c.kind = 'network' order by c.step desc limit 1
                    """)[0]
                let (input, output) = ("\(place.folder)/input.safetensors", "\(place.folder)/output.safetensors")
                let image = Self.image()
                try Data(Checkpoint(metadata: [:], tensors: [image]).bytes()).write(to: URL(filePath: input))
                let python = try #require(Self.python)
                let ending = try await RunningProgram(
                    python,
                    [
                        "\(packageRoot)/examples/load_checkpoint.py", place.object(digest), "--input", input,
                        "--output",
                        output,
                    ]
                ).end()
                try #require(ending.status == 0, "\(ending.errors)")
                #expect(ending.output.contains("plan.organs: liver,spleen,stomach"), "\(ending.output)")
                #expect(ending.output.contains("training.round: 2\n"), "\(ending.output)")
                let theirs = try Checkpoint(bytes: Self.bytes(output))["logits"]?.values ?? []
                let checkpoint = try Checkpoint(bytes: Self.bytes(place.object(digest)))
                let ours = try await TensorThread(threads: 1).run {
                    try UNet(checkpoint)(try Tensor(image.values, shape: image.shape)).floats()
                }
                #expect(ours.count == 2 * 3 * 32 * 32 && theirs.count == ours.count)
                #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) < 1e-4 })
                #expect(Set(ours).count > 1000)
            }
        }

        /// Two patches of three slices of 32 x 32 voxels, from -2 to 2.
        private static func image() -> StoredTensor {
            let values = (0..<6144).map { (i: Int) -> Float in Float(i * 7919 % 4001) / 1000 - 2 }
            return StoredTensor(path: "image", shape: [2, 3, 32, 32], values: values)
        }

        private static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }
    }
}
