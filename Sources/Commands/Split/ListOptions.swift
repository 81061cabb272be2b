internal import ArgumentParser
internal import Console
internal import Domain
internal import System
internal import Workflows

/// The options that read a published split.
struct ListOptions: ParsableArguments {
    @Option(
        help: .value(
            "file", "File of a published split: splits_final.json, a MONAI or Decathlon list, CSV, or a plain list."),
        completion: .file())
    var list: String?

    @Option(help: "Dataset in which the listed cases are searched. (default: all)")
    var dataset: String?

    @Option(help: .value("number", "Fold of the list that validates, counted from 0."))
    var fold: Int?

    @Option(help: "Part of the cases of a plain list: train, confidence, validation or test.")
    var part: String?

    func validate() throws {
        if let part, SplitPart(published: part) == nil {
            throw ValidationError("--part must be one of \(SplitPart.publishedNames).")
        }
        if list == nil && (dataset != nil || fold != nil || part != nil) {
            throw ValidationError("--dataset, --fold and --part require --list.")
        }
    }

    /// The file with its text; nil without `--list`.
    func read() async throws -> SplitList? {
        guard let list else { return nil }
        let text = try await BlockingWork().run { try TextFile.read(list) }
        return SplitList(
            file: list, text: text, fold: fold, part: part.flatMap(SplitPart.init(published:)), dataset: dataset)
    }
}

extension ListedCases {
    /// How the list was matched with the catalogue.
    var notes: [String] {
        var notes = ["\(foundCount) of \(count) listed cases are in the catalogue."]
        if !missing.isEmpty { notes.append("Not found: \(Self.abbreviated(missing.map(\.path))).") }
        if !ambiguous.isEmpty {
            notes.append(
                "Ambiguous and not compared: \(ambiguousNames). Name the dataset with --dataset, or list paths.")
        }
        if !foundByName.isEmpty {
            notes.append(
                "Found by name only, because no image of the catalogue has the path: "
                    + Self.abbreviated(foundByName.map(\.path)) + ".")
        }
        return notes
    }
}
