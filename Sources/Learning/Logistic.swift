internal import Glibc

/// 1 / (1 + e⁻ˣ).
func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// The entropy of a probability, in bits.
func entropyInBits(_ p: Double) -> Double {
    p <= 0 || p >= 1 ? 0 : -(p * log2(p) + (1 - p) * log2(1 - p))
}

func exponential(_ x: Double) -> Double { exp(x) }

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
