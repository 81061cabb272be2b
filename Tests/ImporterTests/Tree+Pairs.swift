import Foundation

extension Tree {
    /// An image as `STEM.hdr` and `STEM.img`.
    func pair(_ stem: String, seed: Int = 0) throws {
        try image(stem + ".nii", seed: seed)
        let bytes = try bytes(of: stem + ".nii")
        var header = Array(bytes[..<348])
        header.replaceSubrange(108..<112, with: [0, 0, 0, 0])
        header[345] = UInt8(ascii: "i")
        try write(header, to: stem + ".hdr")
        try write(Array(bytes[352...]), to: stem + ".img")
        try remove(stem + ".nii")
    }
}
