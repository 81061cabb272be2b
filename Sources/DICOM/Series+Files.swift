internal import Glibc

extension Series {
    /// Puts the slices into `folder` as 0.dcm, 1.dcm, …: as links, or as copies with a common SeriesInstanceUID where
    /// each slice has its own.
    /// - Throws: `unreadable`, `unwritable`.
    func place(in folder: String) throws(DICOMError) {
        for (index, slice) in slices.enumerated() {
            let (source, target) = ("\(self.folder)/\(slice.file)", "\(folder)/\(index).dcm")
            if isScattered {
                try copy(slice, source, target)
            } else if symlink(source, target) != 0 {
                throw .unwritable(file: target, code: errno)
            }
        }
    }

    private func copy(_ slice: SliceHeader, _ source: String, _ target: String) throws(DICOMError) {
        guard let input = fopen(source, "rb") else { throw .unreadable(file: source, code: errno) }
        defer { fclose(input) }
        var bytes = [UInt8](repeating: 0, count: slice.bytes)
        guard fread(&bytes, 1, bytes.count, input) == bytes.count, slice.seriesValue.upperBound <= bytes.count else {
            throw .unreadable(file: source, code: EIO)
        }
        // A UID is padded with zeros.
        let uid = Array("1.2".utf8.prefix(slice.seriesValue.count))
        let padding = [UInt8](repeating: 0, count: slice.seriesValue.count - uid.count)
        bytes.replaceSubrange(slice.seriesValue, with: uid + padding)
        guard let output = fopen(target, "wbx") else { throw .unwritable(file: target, code: errno) }
        let written = fwrite(bytes, 1, bytes.count, output)
        guard fclose(output) == 0, written == bytes.count else { throw .unwritable(file: target, code: errno) }
    }
}
