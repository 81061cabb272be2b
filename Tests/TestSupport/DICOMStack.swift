public import Domain
import Foundation

/// A series of CT slices of an imaginary patient, as a scanner writes it (CT Image Storage, explicit little-endian).
///
/// The first file by name is the slice nearest to the head.
public struct DICOMStack {
    /// Voxels along x (to the right), y (to the front) and z (to the head).
    public let shape: GridShape
    public let spacing: Vector3<Double>
    /// RAS+ millimetres of the first voxel's centre.
    public let origin: Vector3<Double>
    /// Hounsfield units in RAS+ order, x fastest.
    public let voxels: [Int16]

    public var name = "DOE^JANE"
    public var patient = "P4711"
    public var study = "1.2.826.0.1.3680043.10.9999.1"
    public var series = "1.2.826.0.1.3680043.10.9999.1.1"
    public var number = 3
    /// Whether each slice claims a series of its own.
    public var isScattered = false
    /// Gantry tilt about the x axis in radians; the table moves straight.
    public var tilt = 0.0
    /// Whether the transfer syntax is implicit little-endian.
    public var isImplicit = false
    /// Indices of missing slices, counted from the head.
    public var missing: Set<Int> = []

    public init(shape: GridShape, spacing: Vector3<Double>, origin: Vector3<Double>, voxels: [Int16]) {
        precondition(voxels.count == shape.count, "one value a voxel")
        (self.shape, self.spacing, self.origin, self.voxels) = (shape, spacing, origin, voxels)
    }

    /// Writes i0000,0000b.dcm, i0001,0000b.dcm, … into a folder, which is created if necessary.
    public func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for slice in 0..<shape.z where !missing.contains(slice) {
            let digits = String(slice + 10_000).dropFirst()
            try Data(file(slice)).write(to: URL(filePath: "\(folder)/i\(digits),0000b.dcm"))
        }
    }

    // MARK: -

    private func file(_ slice: Int) -> [UInt8] {
        let object = "1.2.826.0.1.3680043.10.9999.2.\(number).\(slice + 1)"
        var meta = Elements()
        meta.add(0x0002, 0x0001, "OB", [0, 1])
        meta.add(0x0002, 0x0002, "UI", Self.ctImageStorage)
        meta.add(0x0002, 0x0003, "UI", object)
        meta.add(0x0002, 0x0010, "UI", isImplicit ? "1.2.840.10008.1.2" : "1.2.840.10008.1.2.1")
        var head = Elements()
        head.add(0x0002, 0x0000, "UL", Elements.bytes(UInt32(meta.bytes.count)))
        var body = Elements(isExplicit: !isImplicit)
        addIdentity(object, slice, &body)
        addPlace(slice, &body)
        addPixels(slice, &body)
        return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + head.bytes + meta.bytes + body.bytes
    }

    private static let ctImageStorage = "1.2.840.10008.5.1.4.1.1.2"

    private func addIdentity(_ object: String, _ slice: Int, _ out: inout Elements) {
        out.add(0x0008, 0x0008, "CS", "ORIGINAL\\PRIMARY\\AXIAL")
        out.add(0x0008, 0x0016, "UI", Self.ctImageStorage)
        out.add(0x0008, 0x0018, "UI", object)
        out.add(0x0008, 0x0020, "DA", "20010203")
        out.add(0x0008, 0x0060, "CS", "CT")
        out.add(0x0008, 0x0070, "LO", "Imaginary")
        out.add(0x0008, 0x0080, "LO", "St. Elsewhere")
        out.add(0x0010, 0x0010, "PN", name)
        out.add(0x0010, 0x0020, "LO", patient)
        out.add(0x0010, 0x0030, "DA", "19500102")
        out.add(0x0018, 0x0050, "DS", "\(spacing.z)")
        if tilt != 0 { out.add(0x0018, 0x1120, "DS", Self.short(tilt * 180 / .pi)) }
        out.add(0x0020, 0x000d, "UI", study)
        out.add(0x0020, 0x000e, "UI", isScattered ? "\(series).\(slice + 1)" : series)
        out.add(0x0020, 0x0011, "IS", "\(number)")
        out.add(0x0020, 0x0013, "IS", "\(slice + 1)")
    }

    /// The first pixel is the voxel farthest to the right and to the front; DICOM's axes run left, back and up.
    private func addPlace(_ slice: Int, _ out: inout Elements) {
        let corner = [
            -(origin.x + Double(shape.x - 1) * spacing.x), -(origin.y + Double(shape.y - 1) * spacing.y),
            origin.z + Double(shape.z - 1 - slice) * spacing.z,
        ]
        out.add(0x0020, 0x0032, "DS", corner.map(Self.short).joined(separator: "\\"))
        let directions = [1, 0, 0, 0, cos(tilt), -sin(tilt)]
        out.add(0x0020, 0x0037, "DS", directions.map(Self.short).joined(separator: "\\"))
        out.add(0x0020, 0x0052, "UI", "1.2.826.0.1.3680043.10.9999.3")
    }

    private func addPixels(_ slice: Int, _ out: inout Elements) {
        out.add(0x0028, 0x0002, "US", Elements.bytes(UInt16(1)))
        out.add(0x0028, 0x0004, "CS", "MONOCHROME2")
        out.add(0x0028, 0x0010, "US", Elements.bytes(UInt16(shape.y)))
        out.add(0x0028, 0x0011, "US", Elements.bytes(UInt16(shape.x)))
        out.add(0x0028, 0x0030, "DS", "\(spacing.y)\\\(spacing.x)")
        for (element, value) in [(0x0100, 16), (0x0101, 16), (0x0102, 15), (0x0103, 1)] {
            out.add(0x0028, UInt16(element), "US", Elements.bytes(UInt16(value)))
        }
        out.add(0x0028, 0x1052, "DS", "-1024")
        out.add(0x0028, 0x1053, "DS", "1")
        var pixels: [UInt8] = []
        for row in 0..<shape.y {
            for column in 0..<shape.x {
                let index = shape.index(shape.x - 1 - column, shape.y - 1 - row, shape.z - 1 - slice)
                pixels += Elements.bytes(UInt16(bitPattern: voxels[index] + 1024))
            }
        }
        out.add(0x7fe0, 0x0010, "OW", pixels)
    }

    /// A decimal string has at most 16 characters.
    private static func short(_ value: Double) -> String { String("\((value * 1e6).rounded() / 1e6)".prefix(16)) }
}

/// Data elements one after another (DICOM PS3.5, 7.1).
private struct Elements {
    private(set) var bytes: [UInt8] = []
    var isExplicit = true

    init(isExplicit: Bool = true) { self.isExplicit = isExplicit }

    mutating func add(_ group: UInt16, _ element: UInt16, _ kind: String, _ text: String) {
        let value = Array(text.utf8)
        add(group, element, kind, value.count % 2 == 0 ? value : value + [kind == "UI" ? 0 : 0x20])
    }

    mutating func add(_ group: UInt16, _ element: UInt16, _ kind: String, _ value: [UInt8]) {
        bytes += Self.bytes(group) + Self.bytes(element)
        if !isExplicit {
            bytes += Self.bytes(UInt32(value.count))
        } else if ["OB", "OW"].contains(kind) {
            bytes += Array(kind.utf8) + [0, 0] + Self.bytes(UInt32(value.count))
        } else {
            bytes += Array(kind.utf8) + Self.bytes(UInt16(value.count))
        }
        bytes += value
    }

    static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
