internal import ArgumentParser
internal import Domain

/// Three sizes, such as `192x192x96`.
struct BenchmarkShape: ExpressibleByArgument, Hashable, Sendable {
    let grid: GridShape

    init(_ grid: GridShape) { self.grid = grid }

    init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { Int($0) }
        guard sizes.count == 3, parts.count == 3, sizes.allSatisfy((8...2048).contains) else { return nil }
        grid = GridShape(sizes[0], sizes[1], sizes[2])
    }

    var defaultValueDescription: String { grid.description }
}

/// One to seven numbers, such as `16,32,64`.
struct BenchmarkWidths: ExpressibleByArgument, Hashable, Sendable {
    let channels: [Int]

    init(_ channels: [Int]) { self.channels = channels }

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, (1...7).contains(numbers.count), numbers.allSatisfy((1...1024).contains)
        else { return nil }
        channels = numbers
    }

    var defaultValueDescription: String { channels.map(String.init).joined(separator: ",") }
}
