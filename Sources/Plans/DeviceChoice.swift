/// The device on which networks train and predict, as a configuration names it.
public enum DeviceChoice: Hashable, Sendable {
    /// The first GPU, else the processor.
    case auto
    case cpu
    /// A GPU by its number, from 0.
    case cuda(Int)
}

extension DeviceChoice: LosslessStringConvertible {
    /// - Parameter text: `auto`, `cpu`, `cuda` (the first GPU) or `cuda:N`.
    public init?(_ text: String) {
        switch text {
        case "auto": self = .auto
        case "cpu": self = .cpu
        case "cuda": self = .cuda(0)
        default:
            guard text.hasPrefix("cuda:"), let number = Int(text.dropFirst(5)), (0...255).contains(number),
                "cuda:\(number)" == text
            else { return nil }
            self = .cuda(number)
        }
    }

    public var description: String {
        switch self {
        case .auto: "auto"
        case .cpu: "cpu"
        case .cuda(let number): "cuda:\(number)"
        }
    }
}
