/// The key `release` of a description, as text or number: "1.0" or 1.0.
struct StatedRelease: Decodable, Sendable {
    let text: String

    init(from decoder: any Decoder) throws {
        text = try (try? String(from: decoder)) ?? "\(Double(from: decoder))"
    }
}
