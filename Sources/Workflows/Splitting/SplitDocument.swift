internal import Documents
internal import Domain

/// A published list in JSON.
struct SplitDocument {
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

    /// A path, or an object with `image` and optionally `fold` and `case`.
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
        do throws(DocumentProblem) {
            root = try JSONDocument(Array(text.utf8)).decode(Root.self)
        } catch {
            throw WorkflowError(error, file: file)
        }
    }

    /// - Parameter fold: the fold that validates, counted from 0.
    func entries(fold: Int?) throws -> [SplitEntry] {
        switch root {
        case .folds(let folds):
            let index = try chosen(fold, of: folds.count)
            return folds[index].sorted { $0.key < $1.key }.flatMap { key, names in
                names.compactMap { name in SplitPart(published: key).map { SplitEntry(name, $0) } }
            }
        case .lists(let lists):
            let index = try validatingFold(fold, of: lists)
            return lists.sorted { $0.key < $1.key }.flatMap { key, items in
                items.compactMap { item in
                    let validates = item.fold != nil && item.fold == index
                    return (validates ? .validation : SplitPart(published: key)).map {
                        SplitEntry(item.image, $0, name: item.name)
                    }
                }
            }
        }
    }

    /// The fold whose items validate; nil where a list of its own holds the validation cases (VISTA3D, whose `fold` 0 trains), or
    /// where no item has a fold.
    private func validatingFold(_ fold: Int?, of lists: [String: [Item]]) throws -> Int? {
        if lists.contains(where: { SplitPart(published: $0.key) == .validation && !$0.value.isEmpty }) { return nil }
        guard let last = lists.values.joined().compactMap(\.fold).max() else { return nil }
        return last == 0 ? fold : try chosen(fold, of: last + 1)
    }

    /// The index of the fold to use, which must be given where there are several.
    private func chosen(_ fold: Int?, of count: Int) throws -> Int {
        guard count != 1 else { return 0 }
        guard let fold, (0..<count).contains(fold) else {
            throw PublishedSplit.failure(
                file, "the list has \(count) folds", "choose one with --fold, from 0 to \(count - 1)")
        }
        return fold
    }
}
