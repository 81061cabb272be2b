internal import DICOM
internal import Domain
internal import Imaging

extension CaseInspector {
    /// Reads label slices onto the slices of a series: the n-th picture, by the number in its name, belongs to the n-th
    /// slice by instance number (the convention of CHAOS; the pictures carry no other reference to a slice).
    /// - Throws: `unsupported` where the image is not a series; `sliceCount`, `sliceOrder`, `volume`.
    static func stack(
        _ file: SourceFile, on image: OpenedImage, flipped flip: LabelFlip?
    ) throws(ImportError) -> (LabelVolume, FileChecksum) {
        let pictures = pictures(in: file)
        if pictures.isEmpty, let labels = SeriesFolder.labels(in: file.absolutePath) {
            throw .series(.labelsOnly(file: labels.file, format: labels.format))
        }
        guard let series = image.series else {
            throw .unsupported(
                folder: file.path, what: "label slices whose image is not a folder of DICOM slices",
                remedy: "convert them to one label volume on the grid of the image")
        }
        guard pictures.count == series.count else {
            throw .sliceCount(file: file.path, labels: pictures.count, image: series.count)
        }
        guard series.instanceOrder == series.namedOrder else {
            throw .sliceOrder(
                file: file.path, reason: "the names and the instance numbers of the DICOM slices give different orders")
        }
        let labels: LabelVolume
        do {
            labels = try read(pictures, series, on: image.volume.grid, flipped: flip, folder: file.absolutePath)
        } catch let error as ImagingError {
            throw .volume(error)
        } catch {
            throw .changedWhileRead(file: file.path)
        }
        return (labels, try stackChecksum(file))
    }

    /// - Throws: `DICOMError`, `ImagingError`.
    private static func read(
        _ pictures: [String], _ series: Series, on image: ImageGrid, flipped flip: LabelFlip?, folder: String
    ) throws -> LabelVolume {
        let stored = try series.grid()
        let grid = stored.withHandedness(of: image)
        var paths = pictures
        for (instance, position) in series.instanceOrder.enumerated() { paths[position] = pictures[instance] }
        let laid = flip.map { grid.laid(on: image, flipped: $0) } ?? grid
        return try LabelStack.read(paths, on: laid, isUpsideDown: grid != stored, folder: folder)
    }

    /// Absolute paths of a folder's PNG files, by the number at the end of their names, then by name.
    static func pictures(in file: SourceFile) -> [String] {
        guard let folder = try? DatasetFolder(file.absolutePath) else { return [] }
        let names = folder.names().filter { $0.lowercased().hasSuffix(".png") }
        return names.sorted { (number(of: $0), $0) < (number(of: $1), $1) }.map { "\(folder.root)/\($0)" }
    }

    private static func number(of name: String) -> Int {
        let digits = name.dropLast(4).reversed().prefix { $0.isASCII && $0.isNumber }
        return Int(String(digits.reversed())) ?? 0
    }

    /// Checksum of a folder of label slices; see `LabelStack.digest(of:)`.
    static func stackChecksum(_ file: SourceFile) throws(ImportError) -> FileChecksum {
        do {
            let paths = pictures(in: file)
            let bytes = paths.reduce(0) { $0 + (DatasetFolder.size(of: $1) ?? 0) }
            return FileChecksum(file: file, bytes: bytes, sha256: try LabelStack.digest(of: paths))
        } catch let error as ImagingError {
            throw .volume(error)
        } catch {
            throw .changedWhileRead(file: file.path)
        }
    }
}
