import Foundation
import Imaging

/// The second case of a BTCV set, to be spoiled.
struct BadFolder {
    let image: URL
    let label: URL

    init(_ path: String) {
        let root = URL(filePath: path).appending(path: "RawData/Training")
        image = root.appending(path: "img/img0002.nii.gz")
        label = root.appending(path: "label/label0002.nii.gz")
    }

    func change(_ file: URL, _ body: (inout Data) -> Data) throws {
        var bytes = try Data(contentsOf: file)
        try body(&bytes).write(to: file)
    }

    /// Rewrites a file uncompressed, with its bytes changed.
    func patch(_ file: URL, _ body: (inout Data) throws -> Void) throws {
        let plain = file.deletingPathExtension()
        let reader = NIfTIReader()
        if file == label {
            let volume = try reader.readLabels(file.path())
            guard case .uint8(let voxels) = volume.values else { throw CocoaError(.fileReadCorruptFile) }
            try NIfTIWriter.write(.uint8(voxels), on: volume.grid, to: plain.path())
        } else {
            let volume = try reader.readImage(file.path())
            guard case .int16(let voxels) = volume.voxels else { throw CocoaError(.fileReadCorruptFile) }
            try NIfTIWriter.write(.int16(voxels), on: volume.grid, to: plain.path())
        }
        try FileManager.default.removeItem(at: file)
        var bytes = try Data(contentsOf: plain)
        try body(&bytes)
        try bytes.write(to: plain)
    }

    func patchVoxels(_ file: URL, dimensions: [Int16]) throws { try patch(file) { $0.set([3] + dimensions, at: 40) } }

    /// Rewrites the label with float32 voxels.
    func floatLabel(_ body: (inout [Float]) -> Void) throws {
        try patch(label) { bytes in
            var voxels = bytes.dropFirst(352).map(Float.init)
            body(&voxels)
            bytes.set([16, 32], at: 70)
            bytes = bytes.prefix(352) + voxels.withUnsafeBytes { Data($0) }
        }
    }
}

extension Data {
    /// Writes little-endian 16-bit numbers.
    mutating func set(_ values: [Int16], at offset: Int) {
        for (i, value) in values.enumerated() {
            self[offset + 2 * i] = UInt8(truncatingIfNeeded: value)
            self[offset + 2 * i + 1] = UInt8(truncatingIfNeeded: value >> 8)
        }
    }

    /// Adds to little-endian floats, such as the offsets of sform and qform.
    mutating func add(_ amount: Float, toFloatsAt offsets: [Int]) {
        for offset in offsets {
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(self[offset + $1]) << UInt32(8 * $1) }
            let changed = (Float(bitPattern: bits) + amount).bitPattern
            for byte in 0..<4 { self[offset + byte] = UInt8(truncatingIfNeeded: changed >> UInt32(8 * byte)) }
        }
    }
}
