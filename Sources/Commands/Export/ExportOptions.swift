internal import ArgumentParser
internal import Console
internal import Domain

/// What every export is told.
struct ExportOptions: ParsableArguments {
    @Option(help: "Export these organs, by their keys or other spellings, with commas between them.")
    var organs: String

    @Option(help: "Take the subjects of this split, or of its folds, and tell who trains and who validates.")
    var split: String?

    @Option(help: "Take this part of the split; say it again for more (default: all; for nnU-Net all but test).")
    var part: [Part] = []

    @Option(
        help:
            "Take the volumes of this dataset, with its own and persons' labels; say it again for more (default: all)."
    )
    var dataset: [String] = []

    @Option(help: "Export the labels as of this revision (default: now).")
    var asOf: Int64?

    @Option(
        help: "Count as ORGAN the first of these that is known in a volume: ORGAN=ORGAN,VARIANT; say it again for more."
    )
    var merge: [String] = []

    @Flag(help: "Let labels that a model made fill what people have left open; where they are not believed stays open.")
    var includePseudo = false

    @Option(help: "Take the pseudo labels of this run instead of those of the current one.")
    var run: String?

    @Option(help: "Say what the export is for: research or commercial.")
    var purpose: Purpose = .research

    @Option(help: "Accept the licence of this dataset in spite of what stands in the way; say it again for more.")
    var acceptLicence: [String] = []

    struct Part: ExpressibleByArgument {
        let part: SplitPart

        init?(argument: String) {
            guard let part = SplitPart(rawValue: argument) else { return nil }
            self.part = part
        }

        static var allValueStrings: [String] { SplitPart.allCases.map(\.rawValue) }
    }

    enum Purpose: String, CaseIterable, ExpressibleByArgument { case research, commercial }

    mutating func validate() throws {
        if organNames.isEmpty { throw ValidationError("--organs names no organ.") }
        if let wrong = merge.first(where: { $0.split(separator: "=", omittingEmptySubsequences: false).count != 2 }) {
            throw ValidationError("--merge \(wrong): say ORGAN=ORGAN,VARIANT.")
        }
        if !part.isEmpty && split == nil { throw ValidationError("--part goes with --split.") }
        if run != nil && !includePseudo { throw ValidationError("--run goes with --include-pseudo.") }
    }

    /// As they were spelled.
    var organNames: [String] {
        organs.split(separator: ",").map(String.init).filter { !$0.allSatisfy(\.isWhitespace) }
    }

    var gate: LicenceGate {
        LicenceGate(purpose: purpose == .commercial ? .commercial : .research, accepted: Set(acceptLicence))
    }
}
