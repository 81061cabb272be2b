/// The text of a progress bar at one moment.
package struct ProgressLine {
    package var label: String
    package var done: Int
    package var total: Int
    package var elapsed: Duration
    /// Number of steps that were finished before `elapsed` began.
    package var base: Int

    package init(label: String, done: Int, total: Int, elapsed: Duration, base: Int = 0) {
        self.label = label
        self.done = done
        self.total = total
        self.elapsed = elapsed
        self.base = base
    }

    /// `import  120/400  30% [######--------------]  12.5/s  22 s left`, cut to the width.
    package func render(width: Int) -> String {
        let rate = elapsed > .zero ? Double(done - base) / elapsed.inSeconds : 0
        let speed = rate > 0 ? "  \(Decimal.fixed(rate, places: 1))/s" : ""
        guard total > 0 else { return String("\(label)  \(done)\(speed)".prefix(max(0, width))) }
        let share = min(1, Double(done) / Double(total))
        let left = rate > 0 ? "  \(Self.clock(Double(max(0, total - done)) / rate)) left" : ""
        let head = "\(label)  \(done)/\(total)  \(Int(share * 100))%"
        let tail = speed + left
        let room = min(40, width - head.count - tail.count - 3)
        guard room >= 8 else { return String((head + tail).prefix(max(0, width))) }
        let filled = Int(share * Double(room))
        let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: room - filled)
        return "\(head) [\(bar)]\(tail)"
    }

    /// Seconds below two minutes, then minutes, then hours.
    private static func clock(_ seconds: Double) -> String {
        switch seconds {
        case ..<120: "\(Int(seconds.rounded(.up))) s"
        case ..<7200: "\(Int((seconds / 60).rounded(.up))) min"
        default: "\(Decimal.fixed(seconds / 3600, places: 1)) h"
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
