package import Domain
internal import Glibc
package import Plans
package import System

/// The random changes of one patch: first its places, then its values in the order of the properties, then its flips.
package struct PatchAugmentation: Sendable {
    /// Gaussian noise of a standard deviation; its values follow from the seed.
    package struct Noise: Sendable {
        package let deviation: Float
        package let seed: UInt64
    }

    package private(set) var warp: PatchWarp?
    package private(set) var noise: Noise?
    /// Standard deviation in voxels.
    package private(set) var blur: Float?
    /// Factor of the values.
    package private(set) var brightness: Float?
    /// Factor of the distance from the mean.
    package private(set) var contrast: Float?
    /// Share of the patch's resolution along each axis.
    package private(set) var resolution: Double?
    /// Exponents.
    package private(set) var invertedGamma, gamma: Float?
    /// Along x, y, z.
    package private(set) var flips = [false, false, false]

    /// None.
    package init() {}

    /// - Parameters:
    ///   - size: voxels of the patch along x, y, z.
    ///   - spacing: millimetres along x, y, z.
    package init(
        _ settings: LearningSettings, size: Vector3<Int>, spacing: Vector3<Double>, _ random: inout CounterRandom
    ) {
        let own = settings.augmentation
        warp = PatchWarp(settings, size: size, spacing: spacing, &random)
        if random.happens(own.noiseShare) {
            noise = Noise(deviation: Float(own.noiseDeviation * random.unit()), seed: random.next())
        }
        if random.happens(own.blurShare) { blur = Float(random.number(in: own.blurRange)) }
        if random.happens(own.brightnessShare) { brightness = Float(random.factor(in: own.brightnessRange)) }
        if random.happens(own.contrastShare) { contrast = Float(random.factor(in: own.contrastRange)) }
        if random.happens(own.lowResolutionShare) { resolution = random.number(in: own.lowResolutionRange) }
        if random.happens(own.invertedGammaShare) { invertedGamma = Float(random.factor(in: own.gammaRange)) }
        if random.happens(own.gammaShare) { gamma = Float(random.factor(in: own.gammaRange)) }
        flips = own.flipShares.map { random.happens($0) }
    }
}

extension CounterRandom {
    /// Draws nothing for a share of 0.
    mutating func happens(_ share: Double) -> Bool { share > 0 && unit() < share }

    mutating func number(in range: [Double]) -> Double { range[0] + (range[1] - range[0]) * unit() }

    /// Above and below 1 equally often, where the range has both.
    mutating func factor(in range: [Double]) -> Double {
        guard range[0] < 1, range[1] > 1 else { return number(in: range) }
        return unit() < 0.5 ? number(in: [range[0], 1]) : number(in: [1, range[1]])
    }
}
