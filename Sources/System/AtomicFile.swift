/// Writes a whole file so that its name refers to the old or to the whole new contents, also after a power failure. Blocks.
public enum AtomicFile {
    /// Writes `pieces` one after another. Where the folder cannot be opened for reading, the file is complete, but may be missing
    /// after a power failure.
    ///
    /// - Parameters:
    ///   - mode: permissions of the file, less the umask.
    ///   - exactMode: permissions of the file whatever the umask is; they replace `mode`.
    /// - Throws: `SystemError`; nothing is left behind and the old file is unchanged.
    public static func write(
        _ pieces: [UnsafeRawBufferPointer], to path: String, mode: UInt32 = 0o666, exactMode: UInt32? = nil
    ) throws(SystemError) {
        let folder = FilePath.parent(of: path)
        let draft = try TemporaryFile(
            in: folder, prefix: ".\(FilePath.name(of: path)).", mode: exactMode ?? mode)
        for piece in pieces { try draft.write(piece) }
        try draft.place(at: path, mode: exactMode)
        try? Folder.synchronise(folder)
    }

    /// Writes a text as UTF-8.
    public static func write(_ text: String, to path: String, mode: UInt32 = 0o666) throws(SystemError) {
        var text = text
        try text.withUTF8 { bytes in
            Result { () throws(SystemError) in try write([UnsafeRawBufferPointer(bytes)], to: path, mode: mode) }
        }.get()
    }

    /// Writes a text as UTF-8 under a name that is free.
    ///
    /// - Returns: false where the name is taken; nothing is written.
    public static func create(_ text: String, at path: String) throws(SystemError) -> Bool {
        let folder = FilePath.parent(of: path)
        let draft = try TemporaryFile(in: folder, prefix: ".\(FilePath.name(of: path)).", mode: 0o666)
        try draft.write(Array(text.utf8))
        let isPlaced = try draft.placeIfVacant(at: path)
        try? Folder.synchronise(folder)
        return isPlaced
    }
}
