internal import Console
internal import Domain
internal import FoundationEssentials

/// Which cases a published list trains on and which it holds back.
///
/// Read are nnU-Net's `splits_final.json` (an array with `train` and `val` for each fold), MONAI and Decathlon lists (an
/// object with `training`, `validation`, `testing` or `test`, where items may have a `fold`), a CSV file with the columns
/// `case` and `part`, and a plain list of cases, one a line, of one part.
struct PublishedSplit {
    struct Entry: Hashable {
        /// The path or name as written, without a leading `./`.
        let path: String
        let part: SplitPart
        /// What the list calls the case, if not by its path alone.
        let given: String?

        init(_ path: String, _ part: SplitPart, name: String? = nil) {
            self.path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
            self.part = part
            given = name
        }

        /// Where the image would lie, by the folder of the list, and every end of the path that begins at a folder.
        func paths(from folder: String) -> [String] {
            let absolute = path.hasPrefix("/") ? path : "\(folder)/\(path)"
            let parts = path.split(separator: "/").map(String.init)
            let ends = parts.indices.map { parts[$0...].joined(separator: "/") }
            return [absolute, DataRoot.resolved(absolute)].compactMap { $0 } + ends
        }

        /// The name without folders, endings and channel number: `imagesTr/liver_3_0000.nii.gz` is `liver_3`.
        var name: String {
            if let given { return given }
            var name = String(path.split(separator: "/").last ?? "")
            for ending in [".nii.gz", ".nii"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
            if name.hasSuffix("_0000") { name.removeLast(5) }
            return name
        }
    }

    let entries: [Entry]

    /// - Parameters:
    ///   - fold: which fold validates, counted from 0; of a list without folds, nil.
    ///   - part: of the cases of a plain list.
    /// - Throws: a failure that names the file, what is wrong and what can be done.
    static func read(_ file: String, fold: Int?, part: SplitPart?) throws -> PublishedSplit {
        let text = try TextFile.read(file)
        let first = text.first { !$0.isWhitespace }
        let entries =
            first == "[" || first == "{"
            ? try Document(text, file: file).entries(fold: fold) : try lines(text, file: file, part: part)
        guard !entries.isEmpty else { throw failure(file, "it names no case") }
        return PublishedSplit(entries: entries)
    }

    private static func lines(_ text: String, file: String, part: SplitPart?) throws -> [Entry] {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map { trimmed($0) }
        }
        if lines.first == ["case", "part"] {
            return try lines.enumerated().dropFirst().filter { $0.element != [""] }.map { index, fields in
                guard fields.count == 2, let part = SplitPart(published: fields[1]) else {
                    throw failure(file, "line \(index + 1) is not a case and its part (\(SplitPart.published))")
                }
                return Entry(fields[0], part)
            }
        }
        guard let part else {
            throw failure(
                file, "a plain list does not say which part its cases are", "add --part test, or another part")
        }
        return lines.compactMap { $0.first }.filter { !$0.isEmpty }.map { Entry($0, part) }
    }

    fileprivate static func failure(
        _ file: String, _ problem: String,
        _ remedy: String = "give splits_final.json, a MONAI list, a CSV file with case and part, or a plain list"
    ) -> CommandFailure {
        CommandFailure(.badInput, problem, file: file, remedy: remedy)
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}

extension SplitPart {
    static let published = "train, confidence, validation, test"

    /// The words of nnU-Net, MONAI and our own.
    init?(published word: String) {
        switch word.lowercased() {
        case "train", "training", "tr": self = .train
        case "val", "validation", "valid", "va": self = .validation
        case "test", "testing", "ts": self = .test
        case let other: self.init(rawValue: other)
        }
    }
}

/// A list in JSON.
private struct Document {
    private let root: Root
    private let file: String

    private enum Root: Decodable {
        case folds([[String: [String]]])
        case lists([String: [Item]])

        init(from decoder: any Decoder) throws {
            if let folds = try? [[String: [String]]](from: decoder) {
                self = .folds(folds)
                return
            }
            let keys = try decoder.container(keyedBy: Key.self)
            var lists: [String: [Item]] = [:]
            for key in keys.allKeys where SplitPart(published: key.stringValue) != nil {
                lists[key.stringValue] = try keys.decode([Item].self, forKey: key)
            }
            self = .lists(lists)
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// A path, or an object with `image` and perhaps `fold` and, as in our exports, `case`.
    private struct Item: Decodable {
        let image: String
        let fold: Int?
        let name: String?

        enum Keys: String, CodingKey {
            case image, fold
            case name = "case"
        }

        init(from decoder: any Decoder) throws {
            if let path = try? String(from: decoder) {
                (image, fold, name) = (path, nil, nil)
                return
            }
            let keys = try decoder.container(keyedBy: Keys.self)
            let images = try? keys.decode([String].self, forKey: .image)
            image = try images?.first ?? keys.decode(String.self, forKey: .image)
            fold = try keys.decodeIfPresent(Int.self, forKey: .fold)
            name = try? keys.decodeIfPresent(String.self, forKey: .name)
        }
    }

    init(_ text: String, file: String) throws {
        self.file = file
        do {
            root = try JSONDecoder().decode(Root.self, from: Data(text.utf8))
        } catch {
            throw PublishedSplit.failure(file, "it is neither a list of folds nor a list of cases by part")
        }
    }

    func entries(fold: Int?) throws -> [PublishedSplit.Entry] {
        switch root {
        case .folds(let folds):
            let index = try chosen(fold, of: folds.count)
            return folds[index].sorted { $0.key < $1.key }.flatMap { word, names in
                names.compactMap { name in SplitPart(published: word).map { PublishedSplit.Entry(name, $0) } }
            }
        case .lists(let lists):
            let index = try validatingFold(fold, of: lists)
            return lists.sorted { $0.key < $1.key }.flatMap { word, items in
                items.compactMap { item in
                    let validates = item.fold != nil && item.fold == index
                    return (validates ? .validation : SplitPart(published: word)).map {
                        PublishedSplit.Entry(item.image, $0, name: item.name)
                    }
                }
            }
        }
    }

    /// Where a list of its own validates, `fold` says nothing more (VISTA3D: 0 trains), nor does it where all have the same.
    private func validatingFold(_ fold: Int?, of lists: [String: [Item]]) throws -> Int? {
        if lists.contains(where: { SplitPart(published: $0.key) == .validation && !$0.value.isEmpty }) { return nil }
        guard let last = lists.values.joined().compactMap(\.fold).max() else { return nil }
        return last == 0 ? fold : try chosen(fold, of: last + 1)
    }

    /// In cross-validation every case validates once, so one fold is looked at.
    private func chosen(_ fold: Int?, of count: Int) throws -> Int {
        guard count != 1 else { return 0 }
        guard let fold, (0..<count).contains(fold) else {
            throw PublishedSplit.failure(file, "it has \(count) folds", "say which with --fold, from 0 to \(count - 1)")
        }
        return fold
    }
}
