internal import CNIfTI
internal import Domain

extension NIfTIHeader {
    /// Number of bytes that suffices to parse any header.
    static let largestSize = 540

    /// Parses the first bytes of an uncompressed header; extensions are left empty.
    /// - Throws: `notNIfTI`, `invalidHeader`, `unsupportedType`, `singularGeometry`.
    init(parsing bytes: UnsafeRawBufferPointer, file: String) throws {
        guard bytes.count >= 348 else { throw ImagingError.notNIfTI(file: file) }
        let size = bytes.loadUnaligned(as: Int32.self)
        let swapped = size != 348 && size != 540
        switch swapped ? size.byteSwapped : size {
        case 348:
            var header = bytes.loadUnaligned(as: nifti_1_header.self)
            if swapped { nifti_swap_as_nifti1(&header) }
            let magic = header.magic
            let single = magic.1 == Self.plus
            guard magic.0 == Self.n, single || magic.1 == Self.i, magic.2 == Self.one, magic.3 == 0 else {
                throw ImagingError.notNIfTI(file: file)
            }
            try self.init(RawHeader(header, isSingleFile: single), swapped: swapped, file: file)
        case 540 where bytes.count >= 540:
            var header = bytes.loadUnaligned(as: nifti_2_header.self)
            if swapped { nifti_swap_as_nifti2(&header) }
            let magic = header.magic
            let single = magic.1 == Self.plus
            guard magic.0 == Self.n, single || magic.1 == Self.i, magic.2 == Self.two else {
                throw ImagingError.notNIfTI(file: file)
            }
            try self.init(RawHeader(header, isSingleFile: single), swapped: swapped, file: file)
        default:
            throw ImagingError.notNIfTI(file: file)
        }
    }

    private static let (n, i, plus, one, two) = (
        CChar(bitPattern: UInt8(ascii: "n")), CChar(bitPattern: UInt8(ascii: "i")),
        CChar(bitPattern: UInt8(ascii: "+")), CChar(bitPattern: UInt8(ascii: "1")),
        CChar(bitPattern: UInt8(ascii: "2"))
    )

    private init(_ raw: RawHeader, swapped: Bool, file: String) throws {
        let rank = raw.dim[0]
        guard (1...7).contains(rank) else { throw ImagingError.invalidHeader(file: file, field: "dim[0]") }
        dimensions = Array(raw.dim[1...rank])
        guard dimensions.allSatisfy({ $0 > 0 }) else { throw ImagingError.invalidHeader(file: file, field: "dim") }
        guard let type = VoxelType(rawValue: raw.datatype) else {
            throw ImagingError.unsupportedType(file: file, code: raw.datatype)
        }
        let headerSize = raw.version == 1 ? 348 : 540
        guard raw.voxelOffset >= (raw.isSingleFile ? Double(headerSize) : 0), raw.voxelOffset < 0x1p40 else {
            throw ImagingError.invalidHeader(file: file, field: "vox_offset")
        }
        version = raw.version
        isSingleFile = raw.isSingleFile
        isSwapped = swapped
        self.type = type
        voxelOffset = Int(raw.voxelOffset)
        (slope, intercept) = (raw.slope, raw.intercept)
        millimetresPerUnit = raw.millimetresPerUnit
        pixelSpacing = Vector3(raw.pixdim[1], raw.pixdim[2], raw.pixdim[3]) * raw.millimetresPerUnit
        storedGeometry = StoredGeometry(
            quaternion: raw.quaternion, offset: raw.offset * raw.millimetresPerUnit,
            pixelSpacing: pixelSpacing, factor: raw.pixdim[0] < 0 ? -1 : 1)
        (qformCode, sformCode) = (raw.qformCode, raw.sformCode)
        qform = raw.qformCode > 0 ? raw.qform : nil
        sform = raw.sformCode > 0 ? raw.sform : nil
    }
}

/// The fields common to both versions, in NIfTI-2's widths.
private struct RawHeader {
    let version: Int
    let isSingleFile: Bool
    let dim: [Int]
    let datatype: Int
    let voxelOffset: Double
    let slope, intercept: Double
    let pixdim: [Double]
    let units: Int
    let qformCode, sformCode: Int
    let quaternion, offset: Vector3<Double>
    let rows: [[Double]]

    init(_ h: nifti_1_header, isSingleFile: Bool) {
        version = 1
        self.isSingleFile = isSingleFile
        dim = withUnsafeBytes(of: h.dim) { $0.bindMemory(to: Int16.self).map(Int.init) }
        datatype = Int(h.datatype)
        voxelOffset = Double(h.vox_offset)
        (slope, intercept) = (Double(h.scl_slope), Double(h.scl_inter))
        pixdim = withUnsafeBytes(of: h.pixdim) { $0.bindMemory(to: Float.self).map(Double.init) }
        units = Int(h.xyzt_units)
        (qformCode, sformCode) = (Int(h.qform_code), Int(h.sform_code))
        quaternion = Vector3(Double(h.quatern_b), Double(h.quatern_c), Double(h.quatern_d))
        offset = Vector3(Double(h.qoffset_x), Double(h.qoffset_y), Double(h.qoffset_z))
        rows = [h.srow_x, h.srow_y, h.srow_z].map { [Double($0.0), Double($0.1), Double($0.2), Double($0.3)] }
    }

    init(_ h: nifti_2_header, isSingleFile: Bool) {
        version = 2
        self.isSingleFile = isSingleFile
        dim = withUnsafeBytes(of: h.dim) { $0.bindMemory(to: Int64.self).map(Int.init) }
        datatype = Int(h.datatype)
        voxelOffset = Double(h.vox_offset)
        (slope, intercept) = (h.scl_slope, h.scl_inter)
        pixdim = withUnsafeBytes(of: h.pixdim) { $0.bindMemory(to: Double.self).map { $0 } }
        units = Int(h.xyzt_units)
        (qformCode, sformCode) = (Int(h.qform_code), Int(h.sform_code))
        quaternion = Vector3(h.quatern_b, h.quatern_c, h.quatern_d)
        offset = Vector3(h.qoffset_x, h.qoffset_y, h.qoffset_z)
        rows = [h.srow_x, h.srow_y, h.srow_z].map { [$0.0, $0.1, $0.2, $0.3] }
    }

    /// nifti1.h, "field: xyzt_units": metres, millimetres, micrometres; unknown units count as millimetres.
    var millimetresPerUnit: Double {
        switch units & 7 {
        case 1: 1000
        case 3: 0.001
        default: 1
        }
    }

    /// nifti1.h, METHOD 2.
    var qform: Affine {
        let matrix = nifti_quatern_to_dmat44(
            quaternion.x, quaternion.y, quaternion.z, offset.x, offset.y, offset.z, pixdim[1], pixdim[2], pixdim[3],
            pixdim[0] < 0 ? -1 : 1)
        return inMillimetres(Affine(matrix))
    }

    /// nifti1.h, METHOD 3.
    var sform: Affine {
        inMillimetres(
            Affine(
                columns: (0..<3).map { Vector3(rows[0][$0], rows[1][$0], rows[2][$0]) },
                translation: Vector3(rows[0][3], rows[1][3], rows[2][3])))
    }

    private func inMillimetres(_ affine: Affine) -> Affine {
        Affine(
            columns: affine.columns.map { $0 * millimetresPerUnit },
            translation: affine.translation * millimetresPerUnit)
    }
}
