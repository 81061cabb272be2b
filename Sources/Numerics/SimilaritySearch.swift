/// Compares descriptors all against all, and keeps the most similar pairs.
///
/// A descriptor consists of several windows of equally many signed bytes. The score of two descriptors is that of their
/// most similar window: 1 less the distance of the cosine from 1, multiplied by the window's strictness. Blocks of rows
/// are expanded to float32 and multiplied with each other, so memory is needed for the bytes and a few blocks only.
public struct SimilaritySearch: Sendable {
    /// Two descriptors, by their index in the table, and their similarity.
    public struct Pair: Sendable, Hashable {
        public let first: Int
        public let second: Int
        /// At most 1.
        public let score: Float
        /// Index of the most similar window.
        public let window: Int
    }

    public let windows: Int
    public let components: Int
    /// The factor of each window's distance from 1.
    public let strictness: [Float]
    /// Rows per block.
    static let block = 1024

    /// - Parameters:
    ///   - strictness: one per window, above 0.
    ///   - components: the number per window.
    public init(strictness: [Float], components: Int) {
        precondition(strictness.allSatisfy { $0 > 0 }, "positive factors")
        (self.strictness, self.components) = (strictness, components)
        windows = strictness.count
    }

    /// The number of steps of `pairs` for `count` descriptors.
    public func steps(for count: Int) -> Int {
        let blocks = (count + Self.block - 1) / Self.block
        return blocks * (blocks + 1) / 2
    }

    /// The pairs with a score of at least `least`, the most similar first, at most `limit`. Blocks; uses all cores.
    /// - Parameters:
    ///   - table: the descriptors one after another, each window by window.
    ///   - step: called after each step.
    /// - Precondition: whole descriptors, a limit above 0.
    public func pairs(
        in table: [Int8], atLeast least: Float, limit: Int, product: DenseProduct, step: () -> Void = {}
    ) -> [Pair] {
        let size = windows * components
        precondition(table.count % size == 0 && limit > 0, "whole descriptors and a limit")
        let count = table.count / size
        var kept = KeptPairs(limit: limit, least: least)
        var (upper, lower) = (Panel(self), Panel(self))
        var scores = [Float](repeating: 0, count: Self.block * Self.block)
        for top in stride(from: 0, to: count, by: Self.block) {
            upper.load(table, from: top, count: min(Self.block, count - top))
            for left in stride(from: top, to: count, by: Self.block) {
                lower.load(table, from: left, count: min(Self.block, count - left))
                for window in 0..<windows {
                    Self.multiply(upper, lower, window, product, &scores)
                    kept.collect(scores, upper, lower, window, strictness[window])
                }
                step()
            }
        }
        return kept.finish()
    }

    private static func multiply(
        _ upper: Panel, _ lower: Panel, _ window: Int, _ product: DenseProduct, _ scores: inout [Float]
    ) {
        upper.values[window].withUnsafeBufferPointer { a in
            lower.values[window].withUnsafeBufferPointer { b in
                scores.withUnsafeMutableBufferPointer { c in
                    product.multiply(
                        a.baseAddress!, rows: upper.count, b.baseAddress!, rows: lower.count, columns: upper.components,
                        into: c.baseAddress!)
                }
            }
        }
    }

    /// A block of descriptors as unit vectors, window by window.
    fileprivate struct Panel {
        let components: Int
        private(set) var first = 0
        private(set) var count = 0
        private(set) var values: [[Float]]

        init(_ search: SimilaritySearch) {
            components = search.components
            let size = SimilaritySearch.block * search.components
            values = (0..<search.windows).map { _ in [Float](repeating: 0, count: size) }
        }

        mutating func load(_ table: [Int8], from first: Int, count: Int) {
            (self.first, self.count) = (first, count)
            let (windows, components) = (values.count, components)
            table.withUnsafeBufferPointer { table in
                for window in 0..<windows {
                    values[window].withUnsafeMutableBufferPointer { out in
                        for row in 0..<count {
                            let start = ((first + row) * windows + window) * components
                            Self.unit(table.baseAddress! + start, components, out.baseAddress! + row * components)
                        }
                    }
                }
            }
        }

        /// An all-zero window stays zero and is similar to nothing.
        private static func unit(_ bytes: UnsafePointer<Int8>, _ count: Int, _ out: UnsafeMutablePointer<Float>) {
            var square = 0
            for i in 0..<count { square &+= Int(bytes[i]) &* Int(bytes[i]) }
            let factor = square == 0 ? 0 : 1 / Float(square).squareRoot()
            for i in 0..<count { out[i] = Float(bytes[i]) * factor }
        }
    }

    /// The best pairs so far; `least` rises whenever the list is cut to the limit.
    fileprivate struct KeptPairs {
        let limit: Int
        var least: Float
        private var found: [Pair] = []

        init(limit: Int, least: Float) { (self.limit, self.least) = (limit, least) }

        mutating func collect(
            _ scores: [Float], _ upper: Panel, _ lower: Panel, _ window: Int, _ strictness: Float
        ) {
            let bar = 1 - (1 - least) / strictness
            scores.withUnsafeBufferPointer { scores in
                for row in 0..<upper.count {
                    // In a block with itself, only the part to the right of the diagonal.
                    let start = upper.first == lower.first ? row + 1 : 0
                    let line = scores.baseAddress! + row * lower.count
                    var column = start
                    while column < lower.count {
                        let end = min(lower.count, column + 64)
                        if Self.largest(line, column, end) >= bar {
                            for i in column..<end where line[i] >= bar {
                                found.append(
                                    Pair(
                                        first: upper.first + row, second: lower.first + i,
                                        score: min(1, 1 - (1 - line[i]) * strictness),
                                        window: window))
                            }
                        }
                        column = end
                    }
                }
            }
            if found.count > 4 * limit + 65_536 { cut() }
        }

        @inline(__always)
        private static func largest(_ line: UnsafePointer<Float>, _ start: Int, _ end: Int) -> Float {
            var largest = -Float.infinity
            for i in start..<end { largest = line[i] > largest ? line[i] : largest }
            return largest
        }

        mutating func finish() -> [Pair] {
            cut()
            return found
        }

        private mutating func cut() {
            found.sort { ($1.score, $0.first, $0.second, $0.window) < ($0.score, $1.first, $1.second, $1.window) }
            var seen = Set<[Int]>()
            found = found.filter { seen.insert([$0.first, $0.second]).inserted }
            guard found.count > limit else { return }
            found.removeLast(found.count - limit)
            least = max(least, found.last?.score ?? least)
        }
    }
}
