import Catalog
import Domain
import Testing

@testable import Workflows

/// Patient and study identifiers join subjects only where nothing contradicts them.
@Suite struct SeriesEvidenceTests {
    private func digest(_ n: Int?) -> Digest? {
        n.map { n in Digest(bytes: (0..<32).map { UInt8(truncatingIfNeeded: n >> (8 * ($0 % 8))) }) }
    }

    /// A case of the subject with the same number.
    private func holder(
        _ n: Int64, patient: Int?, study: Int?, dataset: String = "A", stated: String? = nil, subject: Int64? = nil
    ) -> SeriesHolder {
        SeriesHolder(
            name: "\(dataset)/c\(n)", dataset: dataset, subject: SubjectID(subject ?? n), origin: "\(n)",
            statedKey: stated, patient: digest(patient), study: digest(study))
    }

    private func decisions(
        _ holders: [SeriesHolder], separations: [Set<SubjectID>] = []
    ) -> (decisions: [SeriesEvidence.Decision], joins: Int) {
        let evidence = SeriesEvidence(holders, separations: separations)
        return (evidence.shared.map(\.decision), evidence.joins.count)
    }

    @Test func fewCasesOfOnePatientAreJoined() {
        let cases = (1...3).map { holder($0, patient: 1, study: Int($0)) }
        #expect(decisions(cases) == ([.joined], 2))
        #expect(decisions([holder(1, patient: nil, study: 5), holder(2, patient: 3, study: 5)]) == ([.joined], 1))
    }

    @Test func anIdentifierOfManyIsNotUsed() {
        #expect(decisions((1...4).map { holder($0, patient: 1, study: Int($0)) }) == ([.tooMany], 0))
        #expect(decisions((1...6).map { holder($0, patient: nil, study: 9) }) == ([.tooMany], 0))
        // Three were joined before the fourth came.
        let later =
            (1...3).map { holder($0, patient: 1, study: Int($0), subject: 1) } + [holder(4, patient: 1, study: 4)]
        #expect(decisions(later) == ([.tooMany], 0))
        // Many scans of one subject are no sign of a placeholder.
        let scans = (1...9).map { n in
            SeriesHolder(
                name: "A/c\(n)", dataset: "A", subject: SubjectID(n < 9 ? 1 : 2), origin: n < 9 ? "1" : "2",
                statedKey: nil, patient: digest(1), study: digest(100 + n))
        }
        #expect(decisions(scans) == ([.joined], 1))
    }

    @Test func aJoinByAnIdentifierThatManyHaveEnds() throws {
        func holders(_ count: Int64, joined: Int64) -> [SeriesHolder] {
            (1...count).map { n in
                SeriesHolder(
                    name: "A/c\(n)", dataset: "A", volume: VolumeID(n), subject: SubjectID(n <= joined ? 1 : n),
                    origin: "\(n)", statedKey: nil, patient: digest(1), study: digest(Int(n)))
            }
        }
        let joins = [3, 2].map {
            IdentifierJoin(id: $0, subject: SubjectID(1), merged: [VolumeID($0)], isSupported: false)
        }
        let evidence = SeriesEvidence(holders(5, joined: 3), separations: [], joins: joins)
        #expect(evidence.ended.map(\.id) == [3, 2] && evidence.joins.isEmpty)
        let shared = try #require(evidence.shared.first)
        #expect(shared.decision == .tooMany && shared.subjects == 5 && shared.isEnded && shared.remaining.isEmpty)

        #expect(SeriesEvidence(holders(3, joined: 3), separations: [], joins: joins).ended.isEmpty, "still used")
        let supported = joins.map {
            IdentifierJoin(id: $0.id, subject: $0.subject, merged: $0.merged, isSupported: true)
        }
        let kept = SeriesEvidence(holders(5, joined: 3), separations: [], joins: supported)
        #expect(kept.ended.isEmpty && kept.shared.map(\.remaining) == [[["A/c1", "A/c2", "A/c3"]]])
    }

    @Test func differingPatientsVetoAStudyAlsoBetweenDatasets() {
        #expect(decisions([holder(1, patient: 1, study: 1), holder(2, patient: 2, study: 1)]) == ([.otherPatients], 0))
        let apart = [holder(1, patient: 1, study: 1), holder(2, patient: 2, study: 1, dataset: "B")]
        #expect(decisions(apart) == ([.otherPatients], 0))
        // A patient identifier is one of its dataset.
        #expect(decisions([holder(1, patient: 1, study: 1), holder(2, patient: 1, study: 2, dataset: "B")]) == ([], 0))
        // The third has the patient of the first and the study of the second.
        let chain = [
            holder(1, patient: 1, study: 1), holder(2, patient: 2, study: 2), holder(3, patient: 1, study: 2),
        ]
        #expect(decisions(chain) == ([.joined, .otherPatients], 1))
    }

    @Test func theTableWins() {
        let both = [
            holder(1, patient: 1, study: 1, stated: "a"), holder(2, patient: 1, study: 2, stated: "b"),
            holder(3, patient: 1, study: 3),
        ]
        #expect(decisions(both) == ([.stated], 0), "the third may be either")
        let one = [holder(1, patient: 1, study: 1, stated: "a"), holder(2, patient: 1, study: 2)]
        #expect(decisions(one) == ([.joined], 1))
        // A third case would join the two by a patient and a study.
        let chain = [
            holder(1, patient: 1, study: 1, stated: "a"), holder(2, patient: nil, study: 3, stated: "b"),
            holder(3, patient: 1, study: 3),
        ]
        #expect(decisions(chain) == ([.joined, .stated], 1))
        let datasets = [
            holder(1, patient: nil, study: 1, stated: "a"),
            holder(2, patient: nil, study: 1, dataset: "B", stated: "b"),
        ]
        #expect(decisions(datasets) == ([.joined], 1), "tables of two datasets name one patient differently")
    }

    @Test func whatAPersonTookApartStaysApart() {
        let cases = [holder(1, patient: 1, study: 1), holder(2, patient: 1, study: 2)]
        #expect(decisions(cases, separations: [[SubjectID(1), SubjectID(2)]]) == ([.separated], 0))
    }
}
