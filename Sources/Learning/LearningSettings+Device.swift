public import Plans
public import Tensors

extension LearningSettings {
    /// The device that the settings name, on this machine.
    ///
    /// - Throws: `LearningError.deviceMissing`.
    public func usedDevice(of available: [Device] = Device.available) throws(LearningError) -> Device {
        let wanted: Device =
            switch device {
            case .auto: available.first { $0 != .cpu } ?? .cpu
            case .cpu: .cpu
            case .cuda(let number): .cuda(number)
            }
        guard available.contains(wanted) else {
            throw .deviceMissing(device: wanted.description, available: available.map(\.description))
        }
        return wanted
    }

    /// The device of one of several processes on this machine: where the settings leave it open, each has a GPU of its own.
    ///
    /// - Parameter number: of the process, from 0.
    public func device(ofProcess number: Int, of available: [Device] = Device.available) -> DeviceChoice {
        device == .auto && available.contains(.cuda(number)) ? .cuda(number) : device
    }

    /// Whether convolutions run in bfloat16 on a device of this machine.
    func usesBFloat16(on device: Device) -> Bool {
        switch precision {
        case .float32: false
        case .bfloat16: true
        case .auto: device != .cpu || Torch.hasFastBFloat16
        }
    }

    /// The threads of the work on predictions; nil: one for each processor core.
    public var threadLimit: Int? { threads == 0 ? nil : threads }

    /// Whether bfloat16 is asked for on a processor without instructions for it: steps are then slower and less exact than in float32.
    public func emulatesBFloat16(on device: Device) -> Bool {
        precision == .bfloat16 && device == .cpu && !Torch.hasFastBFloat16
    }
}
