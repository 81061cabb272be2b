public import Domain

/// The notifications of a run's events; not part of what makes a run the same run.
public struct NotifySettings: SettingSection, Hashable {
    /// The absolute path of a program and its arguments; nil: none is run.
    public var command: [String]?
    /// A URL; nil: nothing is posted. It may contain a secret.
    public var webhook: String?
    /// Time limit of one notification, in seconds.
    public var seconds = 10.0

    public init() {}

    /// - Throws: `SettingError`, which does not contain the URL.
    public init(_ values: [String: SettingValue]) throws(SettingError) {
        try apply(values)
        try require(command?.first?.hasPrefix("/") ?? true, "command", Self.commandLimits)
        if let webhook, !Self.isAllowed(webhook) {
            throw .invalid(key: "webhook", value: "another text", limits: Self.webhookLimits)
        }
    }

    private static let commandLimits = "a list of the absolute path of a program and its arguments"
    private static let webhookLimits = "https://…, or http:// with localhost, 127.0.0.1 or [::1]"

    public static let keys: [SettingKey<NotifySettings>] = [
        .optionalTexts(
            "command", \.command, limits: commandLimits,
            "Program that reads each event as JSON on its standard input. No shell is involved."),
        .optionalText("webhook", \.webhook, limits: webhookLimits, "URL to which each event is posted as JSON."),
        .number("seconds", \.seconds, .range(1...60), "Time limit of one notification in seconds."),
    ]

    private static func isAllowed(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://"), url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return false
        }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if url.hasPrefix("https://") { return !authority.isEmpty }
        return url.hasPrefix("http://")
            && ["localhost", "127.0.0.1", "[::1]"].contains { host in
                authority == host
                    || authority.hasPrefix(host + ":") && authority.dropFirst(host.count + 1).allSatisfy(\.isNumber)
            }
    }
}
