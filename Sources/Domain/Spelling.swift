/// Suggestions for misspelt names.
public enum Spelling {
    /// At most `limit` candidates that contain `word`, or differ from it in at most a third of its letters; nearest
    /// first.
    public static func nearest(
        to word: String, among candidates: some Sequence<String>, limit: Int = 3
    ) -> [String] {
        let wanted = Ontology.normalised(word)
        guard !wanted.isEmpty else { return [] }
        let ranked = candidates.compactMap { candidate -> (rank: Int, distance: Int, candidate: String)? in
            let spelt = Ontology.normalised(candidate)
            let distance = distance(Array(wanted.utf8), Array(spelt.utf8))
            if wanted.utf8.count >= 3, contains(Array(spelt.utf8), Array(wanted.utf8)) {
                return (1, distance, candidate)
            }
            return distance <= max(1, wanted.utf8.count / 3) ? (distance, distance, candidate) : nil
        }
        let sorted = ranked.sorted { ($0.rank, $0.distance, $0.candidate) < ($1.rank, $1.distance, $1.candidate) }
        return sorted.prefix(limit).map(\.candidate)
    }

    /// `did you mean liver, lever? `, for the beginning of a remedy; empty without suggestions.
    public static func offer(_ nearest: [String]) -> String {
        nearest.isEmpty ? "" : "did you mean \(nearest.joined(separator: ", "))? "
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard text.count >= part.count else { return false }
        return (0...text.count - part.count).contains { text[$0...].starts(with: part) }
    }

    /// Levenshtein distance: the number of letters to insert, delete or replace.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, other) in b.enumerated() {
                let changed = diagonal + (letter == other ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, diagonal + 1, row[j] + 1)
            }
        }
        return row[b.count]
    }
}
