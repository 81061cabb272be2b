internal import Domain
import Glibc

/// Counter-based random numbers: the n-th number of a stream is a pure function of (seed, stream, n), so a case does
/// not depend on the cases generated before it.
struct PhantomRandom: RandomNumberGenerator {
    private let key: UInt64
    private var counter: UInt64 = 0

    init(seed: UInt64, stream: UInt64) { key = Self.mix(Self.mix(seed) &+ stream &* 0xD1B5_4A32_D192_ED03) }

    mutating func next() -> UInt64 {
        counter &+= 1
        return Self.mix(key &+ counter &* 0x9E37_79B9_7F4A_7C15)
    }

    /// Uniform in `range`.
    mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) / 9_007_199_254_740_992
    }

    /// Approximately normal with mean 0 and the given deviation.
    mutating func normal(_ deviation: Double) -> Double { deviation * Self.gauss(next()) }

    mutating func chance(_ probability: Double) -> Bool { uniform(0...1) < probability }

    /// A vector whose components are normal with the given deviation.
    mutating func jitter(_ deviation: Double) -> Vector3<Double> {
        Vector3(normal(deviation), normal(deviation), normal(deviation))
    }

    /// The finaliser of SplitMix64 (Steele, Lea and Flood 2014).
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number of mean 0 and variance 1 from 64 random bits: the sum of four uniform 16-bit lanes, within ±3.5.
    static func gauss(_ bits: UInt64) -> Double {
        let lanes = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Double(lanes) / 65_536 - 2) * 1.732_050_807_568_877
    }
}
