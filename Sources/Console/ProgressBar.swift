internal import Glibc
internal import Synchronization

/// A line on standard error that shows the progress of long work; safe to advance from several tasks.
package final class ProgressBar: Sendable {
    private struct State {
        var done = 0
        /// Number of steps that were finished when the bar began, as in a resumed run.
        var base: Int?
        var started: ContinuousClock.Instant
        var drawn: ContinuousClock.Instant?
    }

    /// Minimum time between two drawings of the line.
    private static let interval = Duration.milliseconds(100)

    private let label: String
    private let total: Int
    private let isShown: Bool
    private let width: @Sendable () -> Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let write: @Sendable (String) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - total: number of steps; 0 where it is unknown.
    ///   - width: columns of the terminal.
    package init(
        _ label: String, total: Int, isShown: Bool,
        width: @escaping @Sendable () -> Int = { ProgressBar.terminalWidth() },
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        write: @escaping @Sendable (String) -> Void = { ProgressBar.writeToTerminal($0) }
    ) {
        self.label = label
        self.total = total
        self.isShown = isShown
        self.width = width
        self.now = now
        self.write = write
        state = Mutex(State(started: now()))
    }

    /// Counts finished steps.
    package func advance(by steps: Int = 1) {
        guard isShown else { return }
        state.withLock { state in
            state.base = state.base ?? state.done
            state.done += steps
            let now = now()
            if let drawn = state.drawn, now - drawn < Self.interval, state.done < total { return }
            state.drawn = now
            draw(state, now, label: label)
        }
    }

    /// Sets the number of finished steps, and the label.
    package func show(_ done: Int, label: String) {
        guard isShown else { return }
        state.withLock { state in
            state.done = done
            let now = now()
            if state.base == nil { (state.base, state.started) = (done, now) }
            if let drawn = state.drawn, now - drawn < Self.interval, done < total { return }
            state.drawn = now
            draw(state, now, label: label)
        }
    }

    /// Clears the line.
    package func finish() {
        if isShown { write("\r\u{1B}[K") }
    }

    private func draw(_ state: State, _ now: ContinuousClock.Instant, label: String) {
        let line = ProgressLine(
            label: Printable.name(label), done: state.done, total: total, elapsed: now - state.started,
            base: state.base ?? 0)
        write("\r\u{1B}[K" + line.render(width: width() - 1))
    }

    package static func writeToTerminal(_ text: String) { StandardOutput.write(text, to: STDERR_FILENO) }

    /// Columns of the terminal on standard error, 80 where it has none.
    package static func terminalWidth() -> Int {
        var size = winsize()
        return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
    }
}
