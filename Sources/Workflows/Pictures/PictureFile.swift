internal import Drawing
internal import System

/// A picture file. Its name decides its format: `.png` or `.svg`.
package struct PictureFile: Hashable, Sendable {
    package let path: String
    let format: Picture.Format

    /// Nil for a name with another ending.
    package init?(_ path: String) {
        if path.hasSuffix(".png") {
            format = .png
        } else if path.hasSuffix(".svg") {
            format = .svg
        } else {
            return nil
        }
        self.path = path
    }

    /// Draws a picture and writes it, whole or not at all. Blocks.
    ///
    /// - Parameters:
    ///   - remedy: what makes a picture that is too large smaller.
    ///   - encode: returns the bytes of the file.
    /// - Throws: `WorkflowError` of kind `unreachable` where Cairo is missing, `badInput` where the picture cannot be drawn or written.
    func write(orDraw remedy: String, _ encode: (Picture.Format) throws -> [UInt8]) throws {
        do {
            let bytes = try encode(format)
            try bytes.withUnsafeBytes { try AtomicFile.write([$0], to: path) }
        } catch DrawingError.libraryMissing(let name, let package) {
            throw WorkflowError(
                .unreachable, "the library \(name) cannot be loaded", remedy: "install it: apt-get install \(package)")
        } catch DrawingError.tooLarge(let width, let height) {
            throw WorkflowError(
                .badInput,
                "the picture would have \(width) × \(height) pixels, more than \(Picture.longestSide) on a side",
                file: path,
                remedy: remedy)
        } catch DrawingError.failed(let reason) {
            throw WorkflowError(
                .badInput, "the picture cannot be drawn: \(reason)", file: path,
                remedy: "check the free memory and space, and report this with the command that you ran if it persists")
        } catch let error as SystemError {
            throw WorkflowError(
                .badInput, "the picture cannot be written: \(error.reason)", file: path,
                remedy: "check the folder, its permissions and the free space, or name another file")
        }
    }
}
