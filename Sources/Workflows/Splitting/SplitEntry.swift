package import Domain
internal import System

/// One case of a published list.
package struct SplitEntry: Hashable, Sendable {
    /// The path or name as written, without a leading `./`.
    package let path: String
    package let part: SplitPart
    /// The name that the list gives the case besides its path.
    private let givenName: String?

    init(_ path: String, _ part: SplitPart, name: String? = nil) {
        self.path = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        self.part = part
        givenName = name
    }

    /// The absolute path of the image as seen from the folder of the list, and every trailing part of the path that starts at a
    /// folder. Blocks.
    func paths(from folder: String) -> [String] {
        let absolute = FilePath.isAbsolute(path) ? path : "\(folder)/\(path)"
        let parts = FilePath.parts(of: path)
        let ends = parts.indices.map { parts[$0...].joined(separator: "/") }
        return [absolute, FilePath.resolved(absolute)].compactMap { $0 } + ends
    }

    /// The name without folders, endings and channel number: `imagesTr/liver_3_0000.nii.gz` is `liver_3`.
    package var name: String {
        if let givenName { return givenName }
        var name = FilePath.parts(of: path).last ?? ""
        for ending in [".nii.gz", ".nii"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        if name.hasSuffix("_0000") { name.removeLast(5) }
        return name
    }
}

extension SplitPart {
    /// The names of the parts, for messages.
    package static let publishedNames = "train, confidence, validation, test"

    /// A part by its name, or by its name in nnU-Net and MONAI.
    package init?(published name: String) {
        switch name.lowercased() {
        case "train", "training", "tr": self = .train
        case "val", "validation", "valid", "va": self = .validation
        case "test", "testing", "ts": self = .test
        case let other: self.init(rawValue: other)
        }
    }

    /// The part of a subject in a split; nil where it is in none.
    ///
    /// - Parameter assignments: all parts of the subject, as `SPLIT/PART`. The name of a split may contain slashes.
    init?(in split: String, of assignments: [String]) {
        let parts = assignments.lazy.filter { $0.hasPrefix(split + "/") }
            .compactMap { SplitPart(rawValue: String($0.dropFirst(split.count + 1))) }
        guard let part = parts.first else { return nil }
        self = part
    }
}
