internal import Glibc
internal import System

/// Values of the standard normal distribution that are equally likely.
enum NormalQuantiles {
    /// 65,536 of them, ascending: a random number of 16 bits picks one.
    static let table: [Float] = {
        let count = 1 << 16
        var (half, place) = ([Float](), 0.0)
        for i in 0..<count / 2 {
            let wanted = 0.5 + (Double(i) + 0.5) / Double(count)
            for _ in 0..<40 {
                let step =
                    (erfc(-place / 2.0.squareRoot()) / 2 - wanted) * (2 * Double.pi).squareRoot()
                    * exp(place * place / 2)
                place -= min(max(step, -0.5), 0.5)
                if abs(step) < 1e-12 { break }
            }
            half.append(Float(place))
        }
        return half.reversed().map { -$0 } + half
    }()

    static func draw(_ random: inout CounterRandom) -> Float { table[random.index(below: table.count)] }
}
