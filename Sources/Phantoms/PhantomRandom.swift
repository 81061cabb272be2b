internal import Domain
internal import Glibc
internal import System

/// Counter-based random numbers: the n-th number of a stream is a pure function of (seed, stream, n), so a case does
/// not depend on the cases generated before it.
struct PhantomRandom: RandomNumberGenerator {
    private let key: UInt64
    private var counter: UInt64 = 0

    init(seed: UInt64, stream: UInt64) {
        key = SplitMix64.mixed(SplitMix64.mixed(seed) &+ stream &* 0xD1B5_4A32_D192_ED03)
    }

    mutating func next() -> UInt64 {
        counter &+= 1
        return SplitMix64.mixed(key &+ counter &* SplitMix64.increment)
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

    /// A number of mean 0 and variance 1 from 64 random bits: the sum of four uniform 16-bit lanes, within ±3.5.
    static func gauss(_ bits: UInt64) -> Double {
        let lanes = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
        return (Double(lanes) / 65_536 - 2) * 1.732_050_807_568_877
    }
}
