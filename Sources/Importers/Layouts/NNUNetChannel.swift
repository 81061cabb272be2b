/// A channel of nnU-Net: one image of a case.
struct NNUNetChannel: Hashable, Sendable {
    /// What a file name ends with before its ending: `_0000`.
    let suffix: String
    /// As the description calls it, fit for a case's name; with its number where two are called alike.
    let name: String
    let modality: Modality

    /// In the order of their numbers; one that nobody describes where the description has none.
    static func all(_ described: [String: String]) -> [NNUNetChannel] {
        let numbered = described.compactMap { key, name in Int(key).map { (number: $0, name: name) } }
            .sorted { $0.number < $1.number }
        guard !numbered.isEmpty else { return [NNUNetChannel(suffix: "_0000", name: "image", modality: .other)] }
        let names = numbered.map { Self.plain($0.name) }
        return zip(numbered, names).map { channel, name in
            let digits = String(channel.number)
            let suffix = "_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            let isAmbiguous = name.isEmpty || names.count { $0 == name } > 1
            return NNUNetChannel(
                suffix: suffix, name: isAmbiguous ? name + suffix.dropFirst(name.isEmpty ? 1 : 0) : name,
                modality: Modality(word: channel.name))
        }
    }

    /// Without slashes and spaces.
    private static func plain(_ name: String) -> String {
        String(name.map { $0 == "/" || $0.isWhitespace ? "-" : $0 })
    }
}
