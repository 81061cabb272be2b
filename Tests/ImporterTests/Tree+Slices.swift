import DICOM
import Domain
import Drawing
import Imaging
import TestSupport

extension Tree {
    /// Where volumes made of DICOM are kept during a test run.
    static let converted = SeriesCache(folder: TestSupport.TemporaryFolder.make("converted"))

    /// The body of `image`, as DICOM slices.
    func slices(_ relative: String, seed: Int = 0, change: (inout DICOMStack) -> Void = { _ in }) throws {
        let shape = Self.shape
        let voxels = (0..<shape.count).map { i in i % shape.x < 3 ? Int16(-1000) : Int16((i * 7 + seed) % 200 - 50) }
        var stack = DICOMStack(
            shape: shape, spacing: Self.affine.spacing, origin: Self.affine.translation, voxels: voxels)
        stack.series = "1.2.3.\(seed)"
        change(&stack)
        try stack.write(to: path(relative))
    }

    /// A box as label slices.
    func pictures(_ relative: String, _ box: VoxelBox, count: Int = shape.z) throws {
        try pictures(relative, BitVolume(Self.shape, filling: box), count: count)
    }

    /// A mask as label slices, the first the nearest to the head and its top row at the front.
    func pictures(_ relative: String, _ mask: BitVolume, count: Int? = nil, areReversed: Bool = false) throws {
        let shape = mask.shape
        for slice in 0..<(count ?? shape.z) {
            var pixels = [UInt8](repeating: 0, count: shape.x * shape.y)
            let z = areReversed ? slice : shape.z - 1 - slice
            for y in 0..<shape.y {
                for x in 0..<shape.x where mask[x, y, z] {
                    pixels[(shape.y - 1 - y) * shape.x + shape.x - 1 - x] = 255
                }
            }
            let digits = String(slice + 1000).dropFirst()
            try picture(
                GreyImage(width: shape.x, height: shape.y, pixels: pixels), "\(relative)/liver_GT_\(digits).png")
        }
    }

    /// An image as PNG, pixel by pixel.
    func picture(_ image: GreyImage, _ relative: String) throws {
        let bytes = try Picture.encode(width: image.width, height: image.height, as: .png) { canvas in
            canvas.draw(
                image, in: Rectangle(x: 0, y: 0, width: Double(image.width), height: Double(image.height)))
        }
        try write(bytes, to: relative)
    }

    static func chaos() throws -> Tree {
        let tree = Tree()
        for number in [1, 21] {
            try tree.slices("Train_Sets/CT/\(number)/DICOM_anon", seed: number)
            try tree.pictures("Train_Sets/CT/\(number)/Ground", Boxes.liver)
        }
        try tree.slices("Test_Sets/CT/3/DICOM_anon", seed: 3)
        try tree.slices("Train_Sets/MR/5/T2SPIR/DICOM_anon", seed: 5)
        return tree
    }
}
