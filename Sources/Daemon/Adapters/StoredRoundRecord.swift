internal import Catalog
internal import Domain
internal import Foundation
internal import Postgres
internal import Rounds

/// The results of a round as the catalogue stores them: JSON beside the typed columns for number, state and publication.
struct StoredRoundRecord: Codable {
    var trainedOn: Int64?
    var weights: StoredWeights?
    var confidenceFit: ConfidenceFit?
    var evaluation: Evaluation?
    var relabelling: Relabelling?
    var failure: String?

    init(_ record: RoundRecord) {
        (trainedOn, weights, confidenceFit) = (record.trainedOn?.number, record.weights, record.confidenceFit)
        (evaluation, relabelling, failure) = (record.evaluation, record.relabelling, record.failure)
    }

    func json() throws -> JSONText {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return JSONText(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}

extension RoundRecord {
    /// - Throws: `RoundsError.unrecoverable` for an unknown state, `DecodingError` for an unknown record.
    init(_ stored: StoredRound) throws {
        guard let state = RoundState(rawValue: stored.state) else {
            throw RoundsError.unrecoverable(reason: "round \(stored.number) is in the unknown state \(stored.state)")
        }
        let record = try JSONDecoder().decode(StoredRoundRecord.self, from: Data(stored.record.text.utf8))
        self.init(number: stored.number, state: state)
        trainedOn = record.trainedOn.map(Revision.init)
        (weights, confidenceFit, evaluation) = (record.weights, record.confidenceFit, record.evaluation)
        (relabelling, failure) = (record.relabelling, record.failure)
        publication = stored.revision.map {
            Publication(revision: $0, labels: stored.labels, withheldMasks: stored.withheldMasks)
        }
    }
}
