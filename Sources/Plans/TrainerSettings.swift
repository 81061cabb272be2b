public import Domain

/// The outside program that trains and predicts in place of the built-in network. The command is part of what makes a run the same run.
public struct TrainerSettings: SettingSection, Hashable {
    /// A program and its arguments; nil: the built-in trainer.
    public var command: [String]?
    /// Seconds to end after SIGTERM.
    public var grace = 60.0
    /// Seconds without a line of progress after which it is ended.
    public var silence = 1800.0
    /// Absolute paths of folders that it may change beside its own.
    public var writable: [String] = []

    public init() {}

    /// - Throws: `SettingError`.
    public init(_ values: [String: SettingValue]) throws(SettingError) {
        try apply(values)
        try require(command?.first.map(Self.isProgram) ?? true, "command", Self.commandLimits)
        try require(writable.allSatisfy { $0.hasPrefix("/") }, "writable", Self.writableLimits)
    }

    /// Whether all keys but the command have their defaults.
    public var isCommandAlone: Bool {
        var others = self
        others.command = nil
        return others == TrainerSettings()
    }

    private static let commandLimits =
        "a list of a program, by an absolute path or by a name that is found in PATH, and its arguments"
    private static let writableLimits = "absolute paths of folders, none twice"

    public static let keys: [SettingKey<TrainerSettings>] = [
        .optionalTexts(
            "command", \.command, limits: commandLimits,
            "Program that trains and predicts, with its arguments. No shell is involved. Not set: the built-in trainer."
        ),
        .seconds(
            "grace", \.grace, 0.1...86_400, "Time that the program has to store a checkpoint and end after SIGTERM."),
        .seconds(
            "silence", \.silence, 0.1...604_800, "Time without a line of progress after which the program is ended."),
        .texts(
            "writable", \.writable, limits: writableLimits,
            "Folders that the program may change beside that of its job, where the kernel can restrict it.",
            allowsNone: true),
    ]

    private static func isProgram(_ word: String) -> Bool {
        !word.isEmpty && (word.hasPrefix("/") || !word.contains("/"))
    }
}
