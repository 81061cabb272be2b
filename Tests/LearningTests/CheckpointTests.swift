import Tensors
import Testing

@Suite struct CheckpointTests {
    private let checkpoint = Checkpoint(
        metadata: ["b": "2", "a": "Größe"],
        tensors: [
            StoredTensor(path: "x.weight", shape: [2, 3], values: [1, -2, .infinity, 0.1, -0.0, 1e-30]),
            StoredTensor(path: "scalar", shape: [], values: [7]),
            StoredTensor(path: "none", shape: [0, 4], values: []),
        ])

    @Test func comesBackBitForBit() throws {
        let bytes = checkpoint.bytes()
        let copy = try Checkpoint(bytes: bytes)
        #expect(copy == checkpoint)
        #expect(copy.bytes() == bytes)
        #expect(copy["x.weight"]?.values.map(\.bitPattern) == checkpoint["x.weight"]?.values.map(\.bitPattern))
    }

    @Test func refusesEveryTruncation() {
        let bytes = checkpoint.bytes()
        for count in bytes.indices {
            #expect(throws: TensorError.self) { try Checkpoint(bytes: Array(bytes[..<count])) }
        }
        #expect(throws: TensorError.self) { try Checkpoint(bytes: bytes + [0]) }
    }

    @Test func refusesALaterFormat() {
        var bytes = checkpoint.bytes()
        bytes[8] = 2
        #expect(throws: TensorError.newerCheckpoint(version: 2, newest: 1)) { try Checkpoint(bytes: bytes) }
    }

    @Test func refusesShapesThatDoNotFit() async throws {
        let error = await #expect(throws: TensorError.self) {
            try await tensorThread.run {
                let parameters = Parameters()
                _ = try ParameterScope(parameters, seed: 1)["x"].constant("weight", 0, shape: [3, 2])
                try parameters.load { checkpoint[$0] }
            }
        }
        #expect(error == .unfitting(path: "x.weight", problem: "it has shape [2, 3], the network [3, 2]"))
    }

    @Test func libtorchsRefusalIsAnError() async {
        await #expect(throws: TensorError.self) {
            try await tensorThread.run {
                _ = try Tensor([1, 2], shape: [2]) + Tensor([1, 2, 3], shape: [3])
            }
        }
    }
}
