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

    /// The last part of the path without ".nii" or ".nii.gz".
    public var stem: String { Self.stem(of: name) }

    /// A file name without ".nii" or ".nii.gz", in any case; other names stay as they are.
    static func stem(of name: String) -> String { ending(of: name).map { String(name.dropLast($0.count)) } ?? name }

    /// Whether a file name has a NIfTI ending, in any case.
    static func isVolume(_ name: String) -> Bool { ending(of: name) != nil }

    /// The name with its NIfTI ending in lower case; nil where that changes nothing.
    static func withPlainEnding(_ name: String) -> String? {
        guard let ending = ending(of: name), !name.hasSuffix(ending) else { return nil }
        return name.dropLast(ending.count) + ending
    }

    /// The NIfTI ending of a name, in lower case.
    private static func ending(of name: String) -> String? {
        [".nii.gz", ".nii"].first { name.utf8.count > $0.utf8.count && name.suffix($0.count).lowercased() == $0 }
    }

    /// Whether a file name has a DICOM ending.
    static func isSlice(_ name: String) -> Bool { SeriesFolder.isNamedDICOM(name) }

    /// Whether a name belongs to metadata that macOS and Windows add to folders and archives, such as AppleDouble
    /// files.
    static func isDebris(_ name: String) -> Bool {
        name.hasPrefix("._") || name == ".DS_Store" || name == "__MACOSX" || name == "Thumbs.db"
    }
}
