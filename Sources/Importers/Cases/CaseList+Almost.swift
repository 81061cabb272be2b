internal import System

extension CaseList {
    /// Explains labels without image, so that none is said to wait where its image is there: an image of almost the same name, a link
    /// to a file that does not exist, and an image whose label is in a format that is not read.
    /// - Parameters:
    ///   - links: links to files that do not exist, relative to the dataset's folder.
    ///   - others: files in formats that are not read.
    mutating func explain(links: [String], others: [String]) {
        let unlabelled = Dictionary(grouping: cases.filter(\.labels.isEmpty), by: { Self.key($0.image.path) })
        let broken = Dictionary(links.map { (Self.key($0), $0) }, uniquingKeysWith: { first, _ in first })
        var waiting: [WaitingCase] = []
        for var item in self.waiting {
            let key = Self.key(item.labels[0].file.path)
            if let images = unlabelled[key], images.count == 1, images[0].name != item.name {
                refuse(item.name, .unpaired(file: item.labels[0].file.path, image: images[0].image.path))
            } else {
                item.link = broken[key]
                waiting.append(item)
            }
        }
        self.waiting = waiting
        for path in others.sorted()
        where unlabelled[Self.key(path)]?.contains(where: { Self.isLabel(path, of: $0) }) == true {
            refuse(
                path,
                .unsupported(
                    folder: path, what: "the label of an image, in a format that is not read",
                    remedy: "convert it to NIfTI with 3D Slicer or SimpleITK, and import again"))
        }
    }

    /// The name of a file without its ending, the usual affixes of images and labels, and regardless of case.
    private static func key(_ path: String) -> String { PairName.key(stem(path)).lowercased() }

    private static func stem(_ path: String) -> String {
        let name = FilePath.name(of: path)
        let plain = SourceFile.isVolume(name) ? SourceFile.stem(of: name) : withoutEnding(name)
        return FilePath.has(ending: ".seg", plain) ? String(plain.dropLast(4)) : plain
    }

    private static func withoutEnding(_ name: String) -> String {
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
        return String(name[..<dot])
    }

    /// Whether the name or the folder shows that a file is a label and no copy of the image.
    private static func isLabel(_ path: String, of item: CaseFiles) -> Bool {
        let plain = withoutEnding(FilePath.name(of: path))
        return FilePath.has(ending: ".seg", plain) || PairName.isLabel(plain)
            || FilePath.name(of: FilePath.parent(of: path)).lowercased().hasPrefix("label")
    }
}
