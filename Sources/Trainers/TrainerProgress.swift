internal import Foundation

/// A line of progress of an outside program: a JSON object on a line of its own.
public struct TrainerProgress: Hashable, Sendable {
    /// Steps that are done.
    public let step: Int
    /// Steps of the whole round, or of the whole prediction.
    public let steps: Int
    /// Of the step.
    public let loss: Double?
    /// The name of a file in the folder for checkpoints, written before this line.
    public let checkpoint: String?

    private struct Line: Decodable {
        let step, steps: Int
        let loss: Double?
        let checkpoint: String?
    }

    /// Whether a line of the standard output is one of progress; others are messages to people.
    static func isProgress(_ line: some StringProtocol) -> Bool { line.hasPrefix("{") }

    /// - Throws: `TrainerError.progress`, and `.notFinite` for a loss that is no number.
    init(line: String) throws(TrainerError) {
        let shown = TrainerText.short(line)
        guard let found = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else {
            throw Self.hasLossWithoutNumber(line)
                ? .notFinite(line: shown) : .progress(line: shown, problem: "is not JSON with step and steps")
        }
        guard found.steps > 0, (0...found.steps).contains(found.step) else {
            throw .progress(line: shown, problem: "has a step outside 0 to steps")
        }
        guard found.loss?.isFinite ?? true else { throw .notFinite(line: shown) }
        if let name = found.checkpoint, !Self.isFileName(name) {
            throw .progress(line: shown, problem: "names a checkpoint that is no plain file name")
        }
        (step, steps, loss, checkpoint) = (found.step, found.steps, found.loss, found.checkpoint)
    }

    /// Python writes such values, which JSON does not have.
    private static func hasLossWithoutNumber(_ line: String) -> Bool {
        line.firstMatch(of: /"loss"\s*:\s*-?(NaN|Infinity)/) != nil
    }

    private static func isFileName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count < 200 && !name.hasPrefix(".")
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }
    }
}
