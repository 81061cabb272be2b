internal import Domain

/// A channel of nnU-Net: one image of a case.
struct NNUNetChannel: Hashable, Sendable {
    /// The suffix of the file name before its ending: `_0000`.
    let suffix: String
    /// The description's name, made fit for a case's name; with its number where two channels have the same name.
    let name: String
    let modality: Modality

    /// In the order of their numbers; a single channel `image` where the description names none.
    /// - Parameter described: number to name, as in `channel_names`.
    static func all(_ described: [String: String]) -> [NNUNetChannel] {
        let numbered = described.compactMap { key, name in
            Int(key).map { (number: $0, name: name, plain: plain(name)) }
        }.sorted { $0.number < $1.number }
        guard !numbered.isEmpty else { return [NNUNetChannel(suffix: "_0000", name: "image", modality: .other)] }
        return numbered.map { number, name, plain in
            let digits = String(number)
            let suffix = "_" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            let isAmbiguous = plain.isEmpty || numbered.count { $0.plain == plain } > 1
            return NNUNetChannel(
                suffix: suffix, name: isAmbiguous ? plain + suffix.dropFirst(plain.isEmpty ? 1 : 0) : plain,
                modality: Modality(term: name))
        }
    }

    /// Without slashes and spaces.
    private static func plain(_ name: String) -> String {
        String(name.map { $0 == "/" || $0.isWhitespace ? "-" : $0 })
    }
}
