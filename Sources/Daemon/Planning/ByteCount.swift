internal import ArgumentParser

/// A number of bytes as an argument: `8G`, `1.5T` or `500M`, in powers of 1000.
struct ByteCount: ExpressibleByArgument, Hashable, Sendable {
    let bytes: Int

    private static let units: [Character: Double] = ["M": 1e6, "G": 1e9, "T": 1e12]

    init?(argument: String) {
        let text = argument.uppercased().last == "B" ? argument.dropLast() : argument[...]
        guard let unit = text.last.flatMap({ Self.units[Character($0.uppercased())] }),
            let number = Double(text.dropLast()), number.isFinite, number > 0, number * unit < 1e18
        else { return nil }
        bytes = Int(number * unit)
    }
}
