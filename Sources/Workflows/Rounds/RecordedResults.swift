internal import FoundationEssentials
internal import Postgres
internal import Rounds

/// The results of a round as the daemon stores them with it; each is nil until the round has it.
struct RecordedResults: Sendable, Decodable {
    let trainedOn: Int64?
    let weights: StoredWeights?
    let evaluation: Evaluation?
    let relabelling: Relabelling?
    let failure: String?

    /// - Throws: `DecodingError` for the record of another program.
    init(_ record: JSONText) throws {
        self = try JSONDecoder().decode(RecordedResults.self, from: Data(record.text.utf8))
    }
}
