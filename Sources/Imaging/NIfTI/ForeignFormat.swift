internal import System

/// File formats that occur under a NIfTI name or beside NIfTI files, recognised by their first bytes.
public enum ForeignFormat: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case analyze, nrrd, mgh, metaImage, dicomSegmentation, dicomStructureSet, dicom, minc1, hdf5, zip, tar, bzip2, xz,
        zstd, sevenZip, rar, numpy, png, jpeg,
        tiff, pdf, json, xml, text

    /// The format's name, with its article.
    public var description: String {
        switch self {
        case .analyze: "an Analyze 7.5 header, which does not record the orientation"
        case .nrrd: "an NRRD file"
        case .mgh: "a FreeSurfer volume (MGH or MGZ)"
        case .metaImage: "a MetaImage header (MHA or MHD)"
        case .dicomSegmentation: "a DICOM segmentation (SEG)"
        case .dicomStructureSet: "a DICOM structure set (RTSTRUCT)"
        case .dicom: "a DICOM file"
        case .minc1: "a netCDF file (MINC 1)"
        case .hdf5: "an HDF5 file (MINC 2 or MATLAB)"
        case .zip: "a ZIP archive"
        case .tar: "a tar archive"
        case .bzip2: "a bzip2 file"
        case .xz: "an xz file"
        case .zstd: "a Zstandard file"
        case .sevenZip: "a 7-Zip archive"
        case .rar: "a RAR archive"
        case .numpy: "a NumPy array"
        case .png: "a PNG picture"
        case .jpeg: "a JPEG picture"
        case .tiff: "a TIFF picture"
        case .pdf: "a PDF document"
        case .json: "JSON text"
        case .xml: "XML or HTML text, as web servers return it"
        case .text: "plain text"
        }
    }

    /// What the user can do.
    public var remedy: String {
        switch self {
        case .analyze, .minc1, .hdf5: "convert it to NIfTI with the program that wrote it"
        case .nrrd:
            "convert it to NIfTI: plastimatch convert --input FILE.nrrd --output-img FILE.nii.gz; a segmentation with "
                + "overlapping segments: export it as NIfTI in 3D Slicer"
        case .metaImage: "convert it to NIfTI: plastimatch convert --input FILE.mha --output-img FILE.nii.gz"
        case .dicomSegmentation:
            "convert it to NIfTI: segimage2itkimage --inputDICOM FILE.dcm --outputDirectory FOLDER --outputType nii "
                + "(package dcmqi)"
        case .dicomStructureSet:
            "convert it to NIfTI on the grid of its series: plastimatch convert --input FILE.dcm --referenced-ct SERIES "
                + "--output-prefix FOLDER --prefix-format nii.gz"
        case .mgh: "convert it to NIfTI: mri_convert FILE.mgz FILE.nii.gz"
        case .dicom: "put the slices into a folder of their own and import that, or convert them with dcm2niix"
        case .zip, .tar, .bzip2, .xz, .zstd, .sevenZip, .rar: "unpack it first"
        case .numpy: "write it as NIfTI with its affine; an array alone has no geometry"
        case .png, .jpeg, .tiff, .pdf: "export the volume itself, not a picture of it"
        case .json, .xml, .text: "download it again; this may be an error message of the server"
        }
    }

    /// The format of a file that begins with these bytes; nil where it may be NIfTI, or is unknown.
    /// - Parameter bytes: the first 540 uncompressed bytes, or all of a shorter file.
    init?(_ bytes: some Collection<UInt8>) {
        if let label = Self.dicomLabel(bytes) {
            self = label
            return
        }
        let marked = Self.marks.first { mark in bytes.dropFirst(mark.offset).starts(with: mark.bytes) }
        if let marked {
            self = marked.format
        } else if Self.isMGH(bytes) {
            self = .mgh
        } else if Self.isAnalyze(bytes) {
            self = .analyze
        } else if let text = Self.text(bytes) {
            self = text
        } else {
            return nil
        }
    }

    /// Bytes that a file of the format has at a fixed offset.
    private struct Mark: Sendable {
        let format: ForeignFormat
        let bytes: [UInt8]
        let offset: Int

        init(_ format: ForeignFormat, _ bytes: [UInt8], at offset: Int = 0) {
            (self.format, self.bytes, self.offset) = (format, bytes, offset)
        }

        /// - Parameter before: the byte before the text.
        init(_ format: ForeignFormat, before: UInt8? = nil, _ text: String, at offset: Int = 0) {
            self.init(format, (before.map { [$0] } ?? []) + Array(text.utf8), at: offset)
        }
    }

    private static let marks: [Mark] = [
        Mark(.nrrd, "NRRD000"), Mark(.dicom, "DICM", at: 128), Mark(.metaImage, "ObjectType"),
        Mark(.metaImage, "NDims"), Mark(.minc1, "CDF"), Mark(.hdf5, before: 0x89, "HDF\r\n"),
        Mark(.zip, [0x50, 0x4b, 3, 4]), Mark(.tar, "ustar", at: 257), Mark(.bzip2, "BZh"),
        Mark(.xz, before: 0xfd, "7zXZ"), Mark(.zstd, [0x28, 0xb5, 0x2f, 0xfd]),
        Mark(.sevenZip, [0x37, 0x7a, 0xbc, 0xaf]), Mark(.rar, "Rar!"), Mark(.numpy, before: 0x93, "NUMPY"),
        Mark(.png, before: 0x89, "PNG\r\n"), Mark(.jpeg, [0xff, 0xd8, 0xff]), Mark(.tiff, [0x49, 0x49, 0x2a, 0]),
        Mark(.tiff, [0x4d, 0x4d, 0, 0x2a]), Mark(.pdf, "%PDF"),
    ]

    /// The DICOM objects that contain labels, by the storage class in the file meta information (PS3.4, B.5), which is within the
    /// first 540 bytes.
    private static func dicomLabel(_ bytes: some Collection<UInt8>) -> ForeignFormat? {
        guard bytes.dropFirst(128).starts(with: "DICM".utf8) else { return nil }
        let text = String(decoding: bytes.dropFirst(132).map { $0 < 0x80 ? $0 : 0x20 }, as: UTF8.self)
        let classes: [(uid: String, format: ForeignFormat)] = [
            ("1.2.840.10008.5.1.4.1.1.66.4", .dicomSegmentation), ("1.2.840.10008.5.1.4.1.1.66.7", .dicomSegmentation),
            ("1.2.840.10008.5.1.4.1.1.481.3", .dicomStructureSet),
        ]
        // A value follows the upper byte of its length, which is 0 here; one of even length is not padded.
        let values = Set(text.split(separator: "\0").map { $0.prefix { $0 == "." || $0.isNumber } })
        return classes.first { values.contains($0.uid[...]) }?.format
    }

    /// The format of a file by its first bytes; nil where it may be NIfTI, is unknown or cannot be read. Blocks.
    public init?(ofFile path: String) {
        guard let bytes = try? OpenFile(reading: path).bytes(at: 0, count: NIfTIHeader.largestSize) else { return nil }
        self.init(bytes)
    }

    /// FreeSurfer's MGH header: version 1, then width, height, depth, frames and type, big-endian.
    private static func isMGH(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count >= 24, bytes.starts(with: [0, 0, 0, 1]) else { return false }
        let words = (1..<6).map { word in bytes.dropFirst(4 * word).prefix(4).reduce(0) { $0 << 8 | Int($1) } }
        return words[..<4].allSatisfy { (1...65536).contains($0) } && words[4] <= 10
    }

    /// The header size of NIfTI-1 without its magic number (`dsr.h` of Analyze 7.5).
    private static func isAnalyze(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count >= 348 else { return false }
        let size = Array(bytes.prefix(4))
        guard size == [0x5c, 1, 0, 0] || size == [0, 0, 1, 0x5c] else { return false }
        return !bytes.dropFirst(344).starts(with: Array("n".utf8))
    }

    /// Text: every byte is printable or white space.
    private static func text(_ bytes: some Collection<UInt8>) -> ForeignFormat? {
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || (9...13).contains($0) }) else { return nil }
        switch bytes.first(where: { $0 > 0x20 }) {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return .json
        case UInt8(ascii: "<"): return .xml
        default: return .text
        }
    }
}
