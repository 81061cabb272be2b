import Console
import Domain
import Testing
import Workflows

@testable import Catalog
@testable import Commands

@Suite struct DiceTableTests {
    private func round(_ run: String, _ number: Int, _ dice: [OrganKey: Double]) -> RoundRow {
        RoundRow(
            run: run, round: number, gamma: nil, state: "published", revision: nil, checkpoint: nil, dice: dice,
            diceVolumes: dice.mapValues { _ in 2 }, published: 0, isContaminated: false, isRecalled: false,
            isCurrent: true)
    }

    private func coverage(_ organ: OrganKey, annotated: Int, absent: Int, of volumes: Int) -> Coverage {
        var row = Coverage(organ: organ)
        (row.annotated, row.absent, row.volumes) = (annotated, absent, volumes)
        return row
    }

    @Test func theMeanOfMissingOrgansLeavesOutOrgansKnownInHalfOfTheVolumes() {
        let table = DiceTable(
            rounds: [
                round("a", 0, ["liver": 0.9, "spleen": 0.5, "pancreas": 0.25]),
                round("a", 1, ["liver": 0.9, "spleen": 0.75, "pancreas": 0.5]), round("a", 2, [:]),
            ],
            other: round("b", 0, ["liver": 0.9, "spleen": 0.25]),
            coverage: [
                coverage("liver", annotated: 5, absent: 0, of: 10), coverage("spleen", annotated: 3, absent: 1, of: 10),
                coverage("pancreas", annotated: 4, absent: 0, of: 10),
                coverage("aorta", annotated: 1, absent: 0, of: 10),
            ])
        #expect(table.rounds == [0, 1])
        #expect(table.rows.map(\.organ) == ["liver", "spleen", "pancreas", "all organs", "missing organs"])
        #expect(table.rows.map(\.known) == [0.5, 0.4, 0.4, nil, nil])
        #expect(table.rows.map(\.volumes) == [2, 2, 2, nil, nil])
        #expect(table.rows[4].dice == [0.375, 0.625])
        #expect(table.rows[4].other == 0.25)
        #expect(table.rows[4].delta == 0.375)
        #expect(table.rows[2].delta == nil)
        #expect(
            table.columns(against: "b").map(\.key) == [
                "organ", "known", "volumes", "round0", "round1", "against", "delta",
            ])
    }

    @Test func aRunThatIsNotEvaluatedHasNoRows() {
        let table = DiceTable(
            rounds: [round("a", 0, [:])], other: nil, coverage: [coverage("liver", annotated: 1, absent: 0, of: 1)])
        #expect(table.rows.isEmpty && table.rounds.isEmpty)
    }
}
