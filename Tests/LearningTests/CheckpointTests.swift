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
        let bytes = replacing("\"lacuna.format\":\"1\"", by: "\"lacuna.format\":\"2\"")
        #expect(throws: TensorError.newerCheckpoint(version: 2, newest: 1)) { try Checkpoint(bytes: bytes) }
    }

    @Test(arguments: [
        ("\"lacuna.format\"", "\"another.kind0\"", "lacunad did not write it: its metadata has no lacuna.format"),
        ("\"F32\"", "\"F16\"", "tensor x.weight has values of type F16 instead of F32"),
        ("[2,3]", "[2,4]", "the offsets of tensor x.weight do not fit its shape or the file"),
        ("[2,3]", "[2,9]", "the offsets of tensor x.weight do not fit its shape or the file"),
        ("[24,28]", "[20,24]", "the offsets of tensor scalar do not fit its shape or the file"),
        ("[28,28]", "[28,-1]", "the offsets of tensor none do not fit its shape or the file"),
        ("\"shape\"", "\"Shape\"", "its header is not that of a safetensors file"),
        ("{\"__m", "[\"__m", "its header is not that of a safetensors file"),
    ])
    func refusesAHeaderThatIsWrong(part: String, changed: String, problem: String) {
        let bytes = replacing(part, by: changed)
        #expect(throws: TensorError.damagedCheckpoint(problem: problem)) { try Checkpoint(bytes: bytes) }
    }

    /// The form of the file is that of the safetensors library, which other programs read.
    @Test func isASafetensorsFile() {
        let bytes = checkpoint.bytes()
        let length = Int(bytes[0]) + Int(bytes[1]) << 8
        #expect(length % 8 == 0 && bytes.count == 8 + length + 28)
        let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
        #expect(
            header.split(separator: " ").joined() == """
                {"__metadata__":{"a":"Größe","b":"2","lacuna.format":"1"},\
                "x.weight":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},\
                "scalar":{"dtype":"F32","shape":[],"data_offsets":[24,28]},\
                "none":{"dtype":"F32","shape":[0,4],"data_offsets":[28,28]}}
                """)
    }

    private func replacing(_ part: String, by changed: String) -> [UInt8] {
        let (bytes, old, new) = (checkpoint.bytes(), Array(part.utf8), Array(changed.utf8))
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: old) }) else { return [] }
        return bytes[..<start] + new + bytes[(start + old.count)...]
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
