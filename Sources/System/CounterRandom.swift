/// Random numbers that are a function of a key: the n-th number of key (a, b, c) is the same on every machine and needs none of the
/// numbers before it. SplitMix64 over a mixed key.
public struct CounterRandom: RandomNumberGenerator, Sendable {
    private var generator: SplitMix64

    /// - Parameter key: for example seed, round, step, row.
    public init(_ key: UInt64...) {
        generator = SplitMix64(
            seed: key.reduce(0x243F_6A88_85A3_08D3) {
                SplitMix64.mixed($0 ^ SplitMix64.mixed($1 &+ SplitMix64.increment))
            })
    }

    public mutating func next() -> UInt64 { generator.next() }

    /// Uniform in [0, 1), 53 bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform in 0..<count; the bias is below count / 2⁶⁴.
    public mutating func index(below count: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }
}
