internal import CNIfTI
internal import Domain

extension NIfTIWriter {
    /// Header, extension flag and extension; the voxels follow at a multiple of 16.
    static func head(_ grid: ImageGrid, _ type: VoxelType, _ labelTable: [LabelTableEntry]?) -> [UInt8] {
        let extra = labelTable.map(extensionBytes) ?? []
        var header = header(grid, type)
        header.vox_offset = Float(352 + extra.count)
        let flag: [UInt8] = [extra.isEmpty ? 0 : 1, 0, 0, 0]
        return withUnsafeBytes(of: header) { Array($0.prefix(348)) } + flag + extra
    }

    private static func header(_ grid: ImageGrid, _ type: VoxelType) -> nifti_1_header {
        var h = nifti_1_header()
        let (shape, affine) = (grid.shape, grid.affine)
        let stored = grid.stored.flatMap { $0.isUsable ? $0 : nil }
        let spacing = stored?.pixelSpacing ?? affine.spacing
        h.sizeof_hdr = 348
        h.regular = CChar(bitPattern: UInt8(ascii: "r"))
        h.dim = (3, Int16(shape.x), Int16(shape.y), Int16(shape.z), 1, 1, 1, 1)
        h.datatype = Int16(type.rawValue)
        h.bitpix = Int16(8 * type.size)
        h.pixdim = (1, Float(spacing.x), Float(spacing.y), Float(spacing.z), 0, 0, 0, 0)
        (h.scl_slope, h.scl_inter) = (1, 0)
        h.xyzt_units = 2
        h.magic = (CChar(110), CChar(43), CChar(49), 0)
        h.sform_code = Int16(grid.sformCode)
        let (a, b, c, t) = (affine.columns[0], affine.columns[1], affine.columns[2], affine.translation)
        h.srow_x = (Float(a.x), Float(b.x), Float(c.x), Float(t.x))
        h.srow_y = (Float(a.y), Float(b.y), Float(c.y), Float(t.y))
        h.srow_z = (Float(a.z), Float(b.z), Float(c.z), Float(t.z))
        if grid.qformCode > 0 {
            if let stored { set(stored, &h, grid) } else { setQform(&h, grid) }
        }
        return h
    }

    /// The qform of the file that has the grid.
    private static func set(_ stored: StoredGeometry, _ h: inout nifti_1_header, _ grid: ImageGrid) {
        h.qform_code = Int16(grid.qformCode)
        let (quaternion, offset) = (stored.quaternion, stored.offset)
        (h.quatern_b, h.quatern_c, h.quatern_d) = (Float(quaternion.x), Float(quaternion.y), Float(quaternion.z))
        (h.qoffset_x, h.qoffset_y, h.qoffset_z) = (Float(offset.x), Float(offset.y), Float(offset.z))
        h.pixdim.0 = Float(stored.factor)
    }

    /// A quaternion cannot represent shear: where it would displace a corner by more than the tolerance, only the sform
    /// is written.
    private static func setQform(_ h: inout nifti_1_header, _ grid: ImageGrid) {
        var (b, c, d) = (0.0, 0.0, 0.0)
        var (x, y, z) = (0.0, 0.0, 0.0)
        var (dx, dy, dz, factor) = (0.0, 0.0, 0.0, 0.0)
        nifti_dmat44_to_quatern(grid.affine.dmat44, &b, &c, &d, &x, &y, &z, &dx, &dy, &dz, &factor)
        let represented = Affine(nifti_quatern_to_dmat44(b, c, d, x, y, z, dx, dy, dz, factor))
        let displacement = grid.affine.largestCornerDisplacementInVoxels(to: represented, shape: grid.shape)
        if displacement > GridAgreement.acceptedVoxels && grid.sformCode > 0 { return }
        h.qform_code = Int16(grid.qformCode)
        (h.quatern_b, h.quatern_c, h.quatern_d) = (Float(b), Float(c), Float(d))
        (h.qoffset_x, h.qoffset_y, h.qoffset_z) = (Float(x), Float(y), Float(z))
        h.pixdim.0 = Float(factor)
    }

    /// Size and code 0, then the XML, padded with spaces to a multiple of 16 bytes.
    private static func extensionBytes(_ table: [LabelTableEntry]) -> [UInt8] {
        var text = Array(LabelTableParser.xml(table).utf8)
        text += [UInt8](repeating: 0x20, count: (16 - (text.count + 8) % 16) % 16)
        let size = withUnsafeBytes(of: Int32(text.count + 8).littleEndian, Array.init)
        return size + [0, 0, 0, 0] + text
    }
}

extension Orientation {
    /// The offsets of stored voxels in the canonical array.
    func inverseWalk(_ stored: GridShape) -> VoxelWalk {
        let shape = canonical(stored)
        let strides = [1, shape.x, shape.x * shape.y]
        var (base, steps) = (0, Vector3<Int>.zero)
        for axis in 0..<3 {
            steps[storedAxis[axis]] = strides[axis] * direction[axis]
            if direction[axis] < 0 { base += strides[axis] * (shape[axis] - 1) }
        }
        return VoxelWalk(shape: stored, base: base, steps: steps)
    }
}
