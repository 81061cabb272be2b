internal import Glibc

/// What a session calls itself in `pg_stat_activity`, where also people who may not see its statements read it.
enum ApplicationName {
    /// The server cuts longer names.
    private static let bytes = 63

    /// `lacuna dataset import by ann at 2026-11-29T20:14Z`.
    static var ofThisCommand: String {
        make("\(Program.current.name) \(Program.command)", account: Account.name, time: time(nil))
    }

    /// - Parameter time: seconds since 1970.
    static func make(_ command: String, account: String, time: Int) -> String {
        let end = " by \(printable(account).prefix(16)) at \(moment(time))"
        return printable(command).prefix(bytes - end.utf8.count) + end
    }

    /// The server replaces other characters.
    private static func printable(_ text: String) -> String {
        String(decoding: text.utf8.map { (32...126).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }

    private static func moment(_ time: Int) -> String {
        var (seconds, parts) = (time, tm())
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%dT%H:%MZ", &parts)
        return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
