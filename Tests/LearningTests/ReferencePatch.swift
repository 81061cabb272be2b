import Batches
import Domain
import Glibc
import Plans

/// A patch as its recipe describes it, voxel by voxel in double precision: what the fast one is compared with. Noise is left out.
struct ReferencePatch {
    let item: TrainingCase
    /// [channel][voxel] of the whole volume.
    let states: [[UInt8]]
    let settings: LearningSettings
    private(set) var image: [Double] = []
    /// [channel][voxel]
    private(set) var planes: [[UInt8]] = []
    /// Whether a voxel is so near to the border between two that either may be taken.
    private(set) var isDoubtful: [Bool] = []

    private var isFlat: Bool { settings.dimensions == 2 }
    private var size: [Int] { [settings.patch[0], settings.patch[1], isFlat ? 1 : settings.patch[2]] }
    private var channels: Int { isFlat ? settings.contextSlices : 1 }

    init(_ item: TrainingCase, states: [[UInt8]], settings: LearningSettings, recipe: PatchRecipe) {
        (self.item, self.states, self.settings) = (item, states, settings)
        cut(recipe)
        changeValues(recipe.augmentation)
        for axis in 0..<3 where recipe.augmentation.flips[axis] { flip(axis) }
    }

    // MARK: - Places

    private func forEachVoxel(_ depth: Int, _ body: ([Int]) -> Void) {
        for z in 0..<depth { for y in 0..<size[1] { for x in 0..<size[0] { body([x, y, z]) } } }
    }

    private func place(_ voxel: [Int], _ recipe: PatchRecipe) -> [Double] {
        let lower = recipe.origin.box.lower
        guard let warp = recipe.augmentation.warp else { return (0..<3).map { Double(lower[$0] + voxel[$0]) } }
        return (0..<3).map { axis in
            var place = Double(lower[axis]) + Double(size[axis] - 1) / 2 + displacement(warp, voxel, axis)
            for other in 0..<3 {
                let distance = Double(voxel[other]) - Double(size[other] - 1) / 2
                place += warp.steps[other][axis] * distance
            }
            return place
        }
    }

    private func displacement(_ warp: PatchWarp, _ voxel: [Int], _ axis: Int) -> Double {
        guard let grid = warp.displacement else { return 0 }
        let points = [grid.points.x, grid.points.y, grid.points.z]
        var sum = 0.0
        for corner in 0..<8 {
            var (weight, index) = (1.0, 0)
            for i in [2, 1, 0] {
                let place = points[i] == 1 ? 0 : Double(voxel[i]) / Double(grid.spacing)
                let first = min(Int(place), max(points[i] - 2, 0))
                let isSecond = corner >> i & 1 == 1
                weight *= isSecond ? place - Double(first) : 1 - (place - Double(first))
                index = index * points[i] + min(first + (isSecond ? 1 : 0), points[i] - 1)
            }
            sum += weight * Double(grid.values[axis * points[0] * points[1] * points[2] + index])
        }
        return sum
    }

    private mutating func cut(_ recipe: PatchRecipe) {
        let context = isFlat ? settings.contextSlices / 2 : 0
        for channel in 0..<channels {
            forEachVoxel(size[2]) { voxel in
                var place = place(voxel, recipe)
                if isFlat { place[2] = Double(min(max(Int(place[2]) + channel - context, 0), item.shape.z - 1)) }
                image.append(value(place, recipe))
            }
        }
        planes = states.map { _ in [] }
        forEachVoxel(size[2]) { voxel in
            let place = place(voxel, recipe)
            let nearest = place.map { Int(($0 + 0.5).rounded(.down)) }
            isDoubtful.append(
                place.contains { abs($0 + 0.5 - ($0 + 0.5).rounded()) < 1e-3 } && recipe.augmentation.warp != nil)
            let index = index(nearest)
            for channel in states.indices {
                planes[channel].append(index.map { states[channel][$0] } ?? VoxelKnowledge.unknown)
            }
        }
    }

    private func index(_ voxel: [Int]) -> Int? {
        let shape = item.shape
        let isInside = voxel.allSatisfy { $0 >= 0 } && voxel[0] < shape.x && voxel[1] < shape.y && voxel[2] < shape.z
        return isInside ? shape.index(voxel[0], voxel[1], voxel[2]) : nil
    }

    private func value(_ place: [Double], _ recipe: PatchRecipe) -> Double {
        let lower = place.map { $0.rounded(.down) }
        return (0..<8).reduce(0.0) { sum, corner in
            var (weight, voxel) = (1.0, [0, 0, 0])
            for axis in 0..<3 {
                let (share, isUpper) = (place[axis] - lower[axis], corner >> axis & 1 == 1)
                weight *= isUpper ? share : 1 - share
                voxel[axis] = Int(lower[axis]) + (isUpper ? 1 : 0)
            }
            return weight == 0 ? sum : sum + weight * normalised(voxel, recipe)
        }
    }

    private func normalised(_ voxel: [Int], _ recipe: PatchRecipe) -> Double {
        let map = item.normalisation
        let raw = index(voxel).map { index in
            min(max(Float(item.image.withVoxels { $0[index] }), map.low), map.high)
        }
        let value = ((raw ?? map.outside) - map.mean) * map.inverseDeviation
        return Double(recipe.scale) * Double(value) + Double(recipe.offset)
    }

    // MARK: - Values

    private mutating func changeValues(_ change: PatchAugmentation) {
        if let deviation = change.blur { image = parts().flatMap { blurred($0, Double(deviation)) } }
        if let factor = change.brightness { image = image.map { $0 * Double(factor) } }
        if let factor = change.contrast {
            let mean = image.reduce(0, +) / Double(image.count)
            let (low, high) = (image.min() ?? 0, image.max() ?? 0)
            image = image.map { min(max(($0 - mean) * Double(factor) + mean, low), high) }
        }
        if let share = change.resolution { image = parts().flatMap { coarse($0, share) } }
        if let exponent = change.invertedGamma { image = curved(image.map { -$0 }, Double(exponent)).map { -$0 } }
        if let exponent = change.gamma { image = curved(image, Double(exponent)) }
    }

    /// The slices of a 2-D network, or the whole patch.
    private func parts() -> [[Double]] {
        let count = image.count / channels
        return (0..<channels).map { Array(image[$0 * count..<($0 + 1) * count]) }
    }

    private func blurred(_ values: [Double], _ deviation: Double) -> [Double] {
        let radius = Int((4 * deviation).rounded(.up))
        let weights = (-radius...radius).map { exp(-0.5 * pow(Double($0) / deviation, 2)) }
        let sum = weights.reduce(0, +)
        var result = values
        for axis in 0..<3 where size[axis] > 1 {
            let source = result
            var i = 0
            forEachVoxel(size[2]) { voxel in
                var total = 0.0
                for (k, weight) in weights.enumerated() {
                    var other = voxel
                    other[axis] = min(max(voxel[axis] + k - radius, 0), size[axis] - 1)
                    total += weight / sum * source[(other[2] * size[1] + other[1]) * size[0] + other[0]]
                }
                result[i] = total
                i += 1
            }
        }
        return result
    }

    private func coarse(_ values: [Double], _ share: Double) -> [Double] {
        let points = size.map { max(1, Int((Double($0) * share).rounded())) }
        var result: [Double] = []
        forEachVoxel(size[2]) { voxel in
            var sum = 0.0
            for corner in 0..<8 {
                var (weight, source) = (1.0, [0, 0, 0])
                for axis in 0..<3 {
                    let place = (Double(voxel[axis]) + 0.5) * Double(points[axis]) / Double(size[axis]) - 0.5
                    let inside = min(max(place, 0), Double(points[axis] - 1))
                    let (first, isSecond) = (Int(inside), corner >> axis & 1 == 1)
                    weight *= isSecond ? inside - Double(first) : 1 - (inside - Double(first))
                    let point = min(first + (isSecond ? 1 : 0), points[axis] - 1)
                    source[axis] = (2 * point + 1) * size[axis] / (2 * points[axis])
                }
                sum += weight * values[(source[2] * size[1] + source[1]) * size[0] + source[0]]
            }
            result.append(sum)
        }
        return result
    }

    private func curved(_ values: [Double], _ exponent: Double) -> [Double] {
        func statistics(_ values: [Double]) -> (mean: Double, deviation: Double) {
            let mean = values.reduce(0, +) / Double(values.count)
            return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
        }
        let (low, high, before) = (values.min() ?? 0, values.max() ?? 0, statistics(values))
        guard high > low else { return values }
        let power = values.map { pow(($0 - low) / (high - low), exponent) * (high - low) + low }
        let after = statistics(power)
        return power.map { ($0 - after.mean) / after.deviation * before.deviation + before.mean }
    }

    // MARK: - Flips

    private mutating func flip(_ axis: Int) {
        image = flipped(image, axis, depth: isFlat ? channels : size[2])
        planes = planes.map { flipped($0, axis, depth: size[2]) }
        isDoubtful = flipped(isDoubtful, axis, depth: size[2])
    }

    private func flipped<T>(_ values: [T], _ axis: Int, depth: Int) -> [T] {
        var result: [T] = []
        forEachVoxel(depth) { voxel in
            var other = voxel
            other[axis] = [size[0], size[1], depth][axis] - 1 - voxel[axis]
            result.append(values[(other[2] * size[1] + other[1]) * size[0] + other[0]])
        }
        return result
    }
}
