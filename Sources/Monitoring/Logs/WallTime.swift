internal import Glibc

/// An instant of the system's clock.
public struct WallTime: Hashable, Sendable {
    public let millisecondsSince1970: Int

    public init(millisecondsSince1970: Int) { self.millisecondsSince1970 = millisecondsSince1970 }

    public static var now: WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(millisecondsSince1970: time.tv_sec * 1000 + time.tv_nsec / 1_000_000)
    }

    /// As in RFC 3339, in UTC with milliseconds: `2026-11-30T02:05:09.042Z`.
    public var text: String {
        let milliseconds = millisecondsSince1970 - 1000 * wholeSeconds
        var (seconds, parts) = (time_t(wholeSeconds), tm())
        gmtime_r(&seconds, &parts)
        func padded(_ number: Int32, _ count: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
        let date = "\(padded(parts.tm_year + 1900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
        return "\(date)T\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))"
            + ".\(padded(Int32(milliseconds), 3))Z"
    }

    private var wholeSeconds: Int { (millisecondsSince1970 - (millisecondsSince1970 < 0 ? 999 : 0)) / 1000 }
}
