import Domain
import Plans
import Testing

@Suite struct SettingsTests {
    @Test func defaultsAreValidAndListed() throws {
        try LearningSettings().validate()
        #expect(Set(LearningSettings.keys.map(\.name)).count == LearningSettings.keys.count)
        let all = LearningSettings().values
        #expect(try LearningSettings(all) == LearningSettings())
        // The augmentation is a value with keys of its own.
        let own = Mirror(reflecting: LearningSettings()).children.count - 1
        #expect(all.count == own + Mirror(reflecting: AugmentationSettings()).children.count)
    }

    @Test func valuesOverrideDefaults() throws {
        let settings = try LearningSettings([
            "dimensions": .integer(3), "contextSlices": .integer(1),
            "widths": .list([.integer(8), .integer(16), .integer(32)]),
            "patch": .list([.integer(32), .integer(32), .integer(16)]), "optimiser": .text("sgd"),
            "learningRate": .integer(1),
        ])
        #expect(settings.widths == [8, 16, 32])
        #expect(settings.optimiser == .sgd)
        #expect(settings.learningRate == 1)
        #expect(settings.batch == LearningSettings().batch)
    }

    @Test func valuesAreReadFromText() throws {
        let settings = try LearningSettings([
            "batch": .text("4"), "learningRate": .text("1e-3"), "missingAsBackground": .text("true"),
            "patch": .list([.text("64"), .text("64")]),
        ])
        #expect(settings.batch == 4 && settings.learningRate == 1e-3 && settings.missingAsBackground)
        #expect(settings.patch == [64, 64])
    }

    @Test(arguments: [
        ("diceWeight", SettingValue.number(11)), ("diceWeight", .number(.nan)), ("batch", .integer(0)),
        ("batch", .number(2.5)), ("widths", .list([])), ("optimiser", .text("descent")), ("contextSlices", .integer(4)),
        ("patch", .list([.integer(50), .integer(96)])), ("patch", .list([.integer(96), .integer(96), .integer(96)])),
        ("windowHigh", .number(-500)), ("missingAsBackground", .text("maybe")), ("device", .text("gpu")),
        ("device", .text("cuda:-1")),
        ("device", .text("cuda:01")), ("device", .text("")), ("device", .integer(0)),
    ])
    func everyWrongValueIsNamed(key: String, value: SettingValue) throws {
        let error = #expect(throws: SettingError.self) { try LearningSettings([key: value]) }
        guard case .invalid(let named, let shown, let limits, _)? = error else {
            Issue.record("another error: \(String(describing: error))")
            return
        }
        #expect(named == key && shown == value.description && !limits.isEmpty)
    }

    @Test(arguments: [
        ("auto", "auto"), ("cpu", "cpu"), ("cuda", "cuda:0"), ("cuda:0", "cuda:0"), ("cuda:12", "cuda:12"),
    ])
    func aDeviceIsNamed(text: String, meaning: String) throws {
        let settings = try LearningSettings(["device": .text(text)])
        #expect(settings.values["device"] == .text(meaning))
        #expect(try LearningSettings(settings.values) == settings)
    }

    /// A run that continues on another device is the same run.
    @Test func theDeviceIsNotPartOfTheIdentity() {
        var (first, second) = (LearningSettings(), LearningSettings())
        (first.device, second.device, second.logSteps, second.loaders) = (.cpu, .cuda(1), 7, 3)
        #expect(first.identity == second.identity && first.identity["device"] == nil)
        #expect(first.identity.count == first.values.count - 3)
        second.threads = 3
        #expect(first.identity != second.identity)
    }

    @Test func anUnknownKeyIsRefused() {
        #expect(throws: SettingError.self) { try LearningSettings(["learningrate": .number(0.1)]) }
    }
}
