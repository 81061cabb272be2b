internal import DICOM
internal import System

/// A file's location: a resolved folder and the path inside it, as the catalogue records them.
public struct SourceFile: Hashable, Sendable, CustomStringConvertible {
    /// Absolute folder without symbolic links.
    public let root: String
    /// Path inside `root`, parts separated by "/", without "." and "..".
    public let path: String

    public init(root: String, path: String) { (self.root, self.path) = (root, path) }

    public var absolutePath: String { root == "/" ? "/" + path : root + "/" + path }
    public var description: String { path }

    /// Whether it is a folder of slices. Accesses the disk.
    var isFolder: Bool { DatasetFolder.kind(of: absolutePath) == .folder }

    /// The last part of the path.
    public var name: String { FilePath.name(of: path) }

    /// The last part of the path without its ending; see `stem(of:)`.
    public var stem: String { Self.stem(of: name) }

    /// A file name without the ending of NIfTI or of a half of a pair, in any case; other names stay as they are.
    static func stem(of name: String) -> String {
        (ending(of: name) ?? pairEnding(of: name)).map { String(name.dropLast($0.count)) } ?? name
    }

    /// Whether a file name has the ending of a NIfTI file, in any case.
    static func isVolume(_ name: String) -> Bool { ending(of: name) != nil }

    /// Whether a file name has an ending of a `.hdr` and `.img` pair, in any case.
    static func isPair(_ name: String) -> Bool { pairEnding(of: name) != nil }

    /// The name with its NIfTI ending in lower case; nil where that changes nothing.
    static func withPlainEnding(_ name: String) -> String? {
        guard let ending = ending(of: name), !name.hasSuffix(ending) else { return nil }
        return name.dropLast(ending.count) + ending
    }

    /// The ending of a NIfTI file's name, in lower case.
    private static func ending(of name: String) -> String? { first(of: [".nii.gz", ".nii"], in: name) }

    private static func pairEnding(of name: String) -> String? {
        first(of: [".hdr.gz", ".img.gz", ".hdr", ".img"], in: name)
    }

    private static func first(of endings: [String], in name: String) -> String? {
        endings.first { name.utf8.count > $0.utf8.count && name.suffix($0.count).lowercased() == $0 }
    }

    /// Whether a file name has a DICOM ending.
    static func isSlice(_ name: String) -> Bool { SeriesFolder.isNamedDICOM(name) }

    /// Whether a name belongs to metadata that macOS and Windows add to folders and archives, such as AppleDouble
    /// files.
    static func isDebris(_ name: String) -> Bool {
        name.hasPrefix("._") || name == ".DS_Store" || name == "__MACOSX" || name == "Thumbs.db"
    }
}
