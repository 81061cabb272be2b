internal import DICOM
internal import Domain
internal import Imaging

/// A case's image while its labels are read.
struct OpenedImage {
    let volume: ImageVolume
    let checksum: FileChecksum
    /// Where the image is a folder of DICOM slices.
    let series: Series?
}

extension CaseInspector {
    /// Chooses the series on which the case's labels were drawn, and reads its volume.
    /// - Throws: `series`, `volume`, `changedWhileRead`; `unsupported` without a cache for conversions.
    func openSeries(_ files: CaseFiles) throws(ImportError) -> OpenedImage {
        guard let converted else {
            throw .unsupported(
                folder: files.image.path, what: "a folder of DICOM slices",
                remedy: "convert it with dcm2niix, and import the result")
        }
        do {
            let folder = try SeriesFolder(files.image.absolutePath)
            let series = try files.series.map(folder.series) ?? choose(in: folder, files.labels)
            let digest = try series.digest()
            let volume = try reader.readImage(try converted.volume(of: series, digest: digest))
            guard try series.digest() == digest else { throw ImportError.changedWhileRead(file: files.image.path) }
            return OpenedImage(
                volume: volume,
                checksum: FileChecksum(file: files.image, bytes: series.bytes, sha256: digest), series: series)
        } catch let error as DICOMError {
            throw .series(error)
        } catch let error as ImagingError {
            throw .volume(error)
        } catch {
            throw .changedWhileRead(file: files.image.path)
        }
    }

    /// With several series: the one with as many slices as the label folder; else the one with the label file's size,
    /// and of several such the one on the label's grid.
    /// - Throws: `DICOMError`, `ImagingError`.
    private func choose(in folder: SeriesFolder, _ labels: [LabelFile]) throws -> Series {
        guard folder.series.count > 1, let label = labels.first?.file else { return try folder.series { _ in false } }
        if label.isFolder {
            let count = Self.pictures(in: label).count
            return try folder.series { $0.count == count }
        }
        let grid = try reader.readHeader(label.absolutePath).grid
        let sizes = [grid.shape.x, grid.shape.y, grid.shape.z].sorted()
        func hasThatSize(_ series: Series) -> Bool { [series.columns, series.rows, series.count].sorted() == sizes }
        guard folder.series.count(where: hasThatSize) > 1 else { return try folder.series(where: hasThatSize) }
        return try folder.series { series in
            guard hasThatSize(series), let own = try? series.grid() else { return false }
            if case .quarantine = GridAgreement(image: own.withHandedness(of: grid), label: grid) { return false }
            return true
        }
    }

    /// Checksum of the stated series, else of the one with the known digest, else of the largest; converts nothing.
    func seriesChecksum(
        _ file: SourceFile, _ stated: SeriesIdentifiers?, known: Digest?
    ) throws(ImportError) -> FileChecksum {
        do throws(DICOMError) {
            let folder = try SeriesFolder(file.absolutePath)
            if let stated {
                let series = try folder.series(stated)
                return FileChecksum(file: file, bytes: series.bytes, sha256: try series.digest())
            }
            if let known, let series = try? folder.series(digest: known) {
                return FileChecksum(file: file, bytes: series.bytes, sha256: known)
            }
            let series = folder.series[0]
            return FileChecksum(file: file, bytes: series.bytes, sha256: try series.digest())
        } catch {
            throw .series(error)
        }
    }
}
