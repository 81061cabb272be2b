/// The images and labels of one part of nnU-Net's raw data, `imagesTr` with `labelsTr` or `imagesTs` with `labelsTs`, paired by
/// case. Files with another NIfTI ending than the stated one are taken too; a name that does not follow nnU-Net's rule is taken
/// where only one reading is possible, and reported.
struct NNUNetFolder {
    struct Case {
        let name: String
        /// The paths of the images by channel suffix.
        var images: [String: String] = [:]
        var label: String?
        var findings: [ImportFinding] = []
    }

    /// Ordered by name.
    let cases: [Case]
    /// Images of several channels whose names have no channel suffix.
    let withoutChannel: [String]

    /// - Parameters:
    ///   - ending: the ending that the description states, with its dot.
    ///   - suffixes: those of the described channels, `_0000` first.
    init(_ folder: DatasetFolder, part: String, ending: String, suffixes: [String]) {
        let images = Self.files(folder, "images" + part, ending)
        let labels = Self.files(folder, "labels" + part, ending)
        var (found, bare) = ([String: Case](), [String]())
        for (stem, path) in images {
            guard let suffix = suffixes.first(where: stem.hasSuffix) else {
                bare.append(stem)
                continue
            }
            found[String(stem.dropLast(suffix.count)), default: Case(name: String(stem.dropLast(suffix.count)))]
                .images[suffix] = path
        }
        var unplaced: [String] = []
        for stem in bare.sorted() {
            guard let path = images[stem] else { continue }
            if let base = Self.base(stem), found[base] != nil || labels[base] != nil {
                found[base, default: Case(name: base)].findings.append(Self.unknownChannel(path))
            } else if suffixes.count == 1, found[stem] == nil {
                found[stem] = Case(name: stem, images: [suffixes[0]: path], findings: [Self.withoutSuffix(path)])
            } else {
                unplaced.append(path)
            }
        }
        for (stem, path) in labels.sorted(by: { $0.key < $1.key }) {
            if found[stem] == nil, let base = Self.base(stem), found[base] != nil, labels[base] == nil,
                suffixes.contains(where: stem.hasSuffix)
            {
                found[base]?.label = path
                found[base]?.findings.append(Self.suffixOfLabel(path, base: base))
            } else {
                found[stem, default: Case(name: stem)].label = path
            }
        }
        cases = found.values.sorted { $0.name < $1.name }
        withoutChannel = unplaced
    }

    /// The files of a folder by their names without ending: of several with one name, the one with the stated ending.
    private static func files(_ folder: DatasetFolder, _ place: String, _ ending: String) -> [String: String] {
        var files: [String: String] = [:]
        for name in folder.names(in: place) {
            let isStated = name.hasSuffix(ending)
            guard isStated || SourceFile.isVolume(name) else { continue }
            let stem = isStated ? String(name.dropLast(ending.count)) : SourceFile.stem(of: name)
            if isStated || files[stem] == nil { files[stem] = "\(place)/\(name)" }
        }
        return files
    }

    /// The name without a channel suffix; nil where it has none.
    private static func base(_ stem: String) -> String? {
        let digits = stem.suffix(4)
        guard stem.count > 5, digits.allSatisfy({ $0.isASCII && $0.isNumber }), stem.dropLast(4).last == "_" else {
            return nil
        }
        return String(stem.dropLast(5))
    }

    private static func unknownChannel(_ path: String) -> ImportFinding {
        ImportFinding(
            .description, file: path,
            problem: "the file is of a channel that channel_names of dataset.json does not list; it is not imported",
            remedy: "add the channel to channel_names, or move the file elsewhere")
    }

    private static func withoutSuffix(_ path: String) -> ImportFinding {
        ImportFinding(
            .description, file: path, problem: "the image has no channel suffix; it is imported as channel _0000",
            remedy: "rename it as nnU-Net requires: a name that ends with _0000 before its ending")
    }

    private static func suffixOfLabel(_ path: String, base: String) -> ImportFinding {
        ImportFinding(
            .description, file: path,
            problem: "the label has the channel suffix of an image; it is imported as the label of case \(base)",
            remedy: "rename it as nnU-Net requires: a name without _0000")
    }
}
