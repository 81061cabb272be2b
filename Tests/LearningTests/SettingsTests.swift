import Learning
import Testing

@Suite struct SettingsTests {
    @Test func defaultsAreValidAndListed() throws {
        try LearningSettings().validate()
        #expect(Set(LearningSettings.keys.map(\.name)).count == LearningSettings.keys.count)
        let all = Dictionary(uniqueKeysWithValues: LearningSettings.keys.map { ($0.name, $0.standard) })
        #expect(try LearningSettings(all) == LearningSettings())
        #expect(all.count == Mirror(reflecting: LearningSettings()).children.count)
    }

    @Test func valuesOverrideDefaults() throws {
        let settings = try LearningSettings([
            "dimensions": .integer(3), "contextSlices": .integer(1), "widths": .list([8, 16, 32]),
            "patch": .list([32, 32, 16]), "confidence": .text("entropy"), "learningRate": .integer(1),
        ])
        #expect(settings.widths == [8, 16, 32])
        #expect(settings.confidence == .entropy)
        #expect(settings.learningRate == 1)
        #expect(settings.batch == LearningSettings().batch)
    }

    @Test(arguments: [
        ("gammaMaximum", SettingValue.number(1.5)), ("gammaMaximum", .number(.nan)), ("batch", .integer(0)),
        ("batch", .number(2.5)), ("widths", .list([])), ("confidence", .text("guess")), ("contextSlices", .integer(4)),
        ("patch", .list([50, 96])), ("patch", .list([96, 96, 96])), ("windowHigh", .number(-500)),
        ("missingAsBackground", .text("yes")),
    ])
    func everyWrongValueIsNamed(key: String, value: SettingValue) throws {
        let error = #expect(throws: LearningError.self) { try LearningSettings([key: value]) }
        guard case .invalidSetting(let named, _, let allowed)? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(named == key && !allowed.isEmpty)
    }

    @Test func anUnknownKeyIsRefused() {
        #expect(throws: LearningError.self) { try LearningSettings(["learningrate": .number(0.1)]) }
    }
}
