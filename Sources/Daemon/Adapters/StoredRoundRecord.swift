internal import Catalog
internal import Domain
internal import Foundation
internal import Postgres
internal import Rounds

/// A round's results as the catalogue keeps them: JSON beside the typed columns for number, state and publication.
struct StoredRoundRecord: Codable {
    var trainedOn: Int64?
    var weights: StoredWeights?
    var calibration: Calibration?
    var evaluation: Evaluation?
    var relabelling: Relabelling?
    var failure: String?

    init(_ record: RoundRecord) {
        (trainedOn, weights, calibration) = (record.trainedOn?.number, record.weights, record.calibration)
        (evaluation, relabelling, failure) = (record.evaluation, record.relabelling, record.failure)
    }

    func json() throws -> JSONText {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return JSONText(String(decoding: try encoder.encode(self), as: UTF8.self))
    }
}

extension RoundRecord {
    /// - Throws: where the stored state or record is not one that this program knows.
    init(_ stored: StoredRound) throws {
        guard let state = RoundState(rawValue: stored.state) else {
            throw RoundsError.unrecoverable(reason: "round \(stored.number) is in the unknown state \(stored.state)")
        }
        let record = try JSONDecoder().decode(StoredRoundRecord.self, from: Data(stored.record.text.utf8))
        self.init(number: stored.number, state: state)
        trainedOn = record.trainedOn.map(Revision.init)
        (weights, calibration, evaluation) = (record.weights, record.calibration, record.evaluation)
        (relabelling, failure) = (record.relabelling, record.failure)
        publication = stored.revision.map { Publication(revision: $0, labels: stored.labels) }
    }
}
