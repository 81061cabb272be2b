import Learning
import Plans
import Tensors
import Testing

@Suite struct DeviceTests {
    private func used(_ choice: DeviceChoice, of available: [Device]) throws(LearningError) -> Device {
        try smallSettings { $0.device = choice }.usedDevice(of: available)
    }

    @Test func automaticIsTheFirstGPUWhereThereIsOne() throws {
        #expect(try used(.auto, of: [.cpu]) == .cpu)
        #expect(try used(.auto, of: [.cpu, .cuda(0), .cuda(1)]) == .cuda(0))
        #expect(try used(.cpu, of: [.cpu, .cuda(0)]) == .cpu)
        #expect(try used(.cuda(1), of: [.cpu, .cuda(0), .cuda(1)]) == .cuda(1))
    }

    /// Of several processes on a machine, each has a GPU of its own, unless the settings name one or there are too few.
    @Test func eachProcessHasItsOwnGPU() {
        let available: [Device] = [.cpu, .cuda(0), .cuda(1)]
        func chosen(_ choice: DeviceChoice, _ number: Int, _ available: [Device]) -> DeviceChoice {
            smallSettings { $0.device = choice }.device(ofProcess: number, of: available)
        }
        #expect(chosen(.auto, 1, available) == .cuda(1))
        #expect(chosen(.auto, 2, available) == .auto)
        #expect(chosen(.auto, 0, [.cpu]) == .auto)
        #expect(chosen(.cuda(1), 0, available) == .cuda(1))
        #expect(chosen(.cpu, 1, available) == .cpu)
    }

    @Test func aMissingDeviceIsRefusedWithThoseThatAreThere() {
        let error = #expect(throws: LearningError.self) { try used(.cuda(2), of: [.cpu, .cuda(0)]) }
        #expect(error == .deviceMissing(device: "cuda:2", available: ["cpu", "cuda:0"]))
        #expect(error?.description.contains("cuda:2") == true && error?.description.contains("cpu, cuda:0") == true)
    }

    @Test func theHostIsAlwaysAvailable() { #expect(Device.available.first == .cpu) }

    /// The text of a device in a setting is that of the device itself.
    @Test func aDeviceIsCalledTheSameEverywhere() {
        #expect(DeviceChoice("cuda:3")?.description == Device.cuda(3).description)
        #expect(DeviceChoice("cpu")?.description == Device.cpu.description)
    }

    /// Nothing is copied on the host, so that a batch costs nothing to send.
    @Test func tensorsSentToTheHostAreThemselves() async throws {
        let isSame = try await tensorThread.run {
            let tensor = try Tensor([1, 2], shape: [2])
            let sent = try SentTensors([tensor, try tensor.pinned(for: .cpu)], to: .cpu)
            try sent.waitUntilCopied()
            return sent.tensors.allSatisfy { $0 === tensor } && tensor.device == .cpu
        }
        #expect(isSame)
    }

    /// libtorch itself refuses a device that it does not have, as an error.
    @Test(.enabled(if: Device.available == [.cpu], "needs a machine without a GPU"))
    func withoutAGPUNothingIsMovedToOne() async {
        await #expect(throws: TensorError.self) {
            try await tensorThread.run { _ = try Tensor([1], shape: [1]).moved(to: .cuda(0)) }
        }
    }
}
