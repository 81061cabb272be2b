import Learning
import Testing

/// When evaluations show that a training no longer improves.
@Suite struct ValidationHistoryTests {
    private func plateau(_ dice: [Double?], every: Int = 10, gain: Double = 0.01, steps: Int = 20) -> [Bool] {
        var history = ValidationHistory()
        return dice.enumerated().map { index, value in
            history.append(ValidationPoint(step: (index + 1) * every, dice: value))
            return history.hasReached(.init(gain: gain, steps: steps))
        }
    }

    @Test func aTrainingEndsWhereTheBestNoLongerGrows() {
        #expect(plateau([0.1, 0.2, 0.3, 0.305, 0.306, 0.3]) == [false, false, false, false, true, true])
        #expect(plateau([0.1, 0.2, 0.1, 0.15, 0.2, 0.4]) == [false, false, false, true, true, false])
    }

    /// The gain has to be reached, and the time before the first evaluation counts as no gain.
    @Test func theGainIsTheLeast() {
        #expect(plateau([0.25, 0.25, 0.5], gain: 0.25) == [false, false, false])
        #expect(plateau([0.25, 0.25, 0.5], gain: 0.3) == [false, false, true])
        #expect(plateau([0.5, 0.5], steps: 20) == [false, false])
        #expect(plateau([0.5, 0.5], steps: 10) == [false, true])
    }

    /// A network that predicts nothing yet has not reached its plateau.
    @Test func nothingAtAllIsNoPlateau() {
        #expect(plateau([0, 0, 0, 0]) == [false, false, false, false])
        #expect(plateau([nil, nil, nil, nil]) == [false, false, false, false])
        #expect(plateau([nil, 0.5, nil, nil]) == [false, false, false, true])
    }
}
