import DICOM
import Domain
import Glibc
import Imaging
import Importers

/// Passes inputs to a reader. Refused inputs are expected; crashes and excessive memory use are failures.
final class Harness {
    private let target: FuzzTarget
    private let folder: ScratchFolder
    /// A small limit, so that trusting a header's size shows as excessive memory use.
    private let reader = NIfTIReader(limitInBytes: 64 << 20)
    private let plain: [UInt8]
    static let maskShape = GridShape(40, 30, 20)

    init(_ target: FuzzTarget) throws {
        self.target = target
        folder = try ScratchFolder()
        plain = try Seeds.volume()
        switch target {
        case .description: try folder.makeTrainingFolders()
        case .bids: try folder.makeDerivative()
        case .datalist: try folder.write(try Seeds.volume(), to: "image.nii")
        default: break
        }
    }

    func run(_ input: UnsafeRawBufferPointer) {
        do {
            try read(input)
        } catch {
            // Every error must have a description.
            _ = "\(error)".utf8.count
        }
    }

    private func read(_ input: UnsafeRawBufferPointer) throws {
        switch target {
        case .volume: try readVolume(try folder.write(Array(input), to: "x.nii"))
        case .inflated: try readVolume(try folder.write(StoredGzip.stream(Array(input)), to: "x.nii.gz"))
        case .gzip: try readVolume(try folder.write(Array(input), to: "x.nii.gz"))
        case .pair:
            let headerSize = min(input.count, 352)
            let header = try folder.write(Array(input[..<headerSize]), to: "x.hdr")
            try folder.write(Array(input[headerSize...]), to: "x.img")
            try readVolume(header)
        case .table:
            let file = try folder.write(Seeds.volume(plain, table: Array(input)), to: "x.nii")
            _ = try reader.readHeader(file).header.labelTable
        case .mask:
            let mask = try MaskCodec.decode(input, shape: Self.maskShape)
            let again = MaskCodec.encode(foreground: mask.foreground, known: mask.known)
            let shape = Self.maskShape
            let decoded = try MaskCodec.decode(again.bytes, shape: shape, contentHash: again.contentHash)
            precondition(decoded.foreground == mask.foreground, "a mask is unchanged after encoding and decoding")
        case .description:
            try folder.write(Array(input), to: "dataset.json")
            try readDataset(folder.path, .msd)
            try readDataset(folder.path, .nnunet)
        case .datalist: try readDataset(try folder.write(Array(input), to: "list.json"), nil)
        case .bids:
            try folder.write(Array(input), to: "seg_dseg.tsv")
            try folder.write(Array(input), to: "dataset_description.json")
            try readDataset(folder.path, .bids)
        case .dicom:
            try folder.write(Array(input), to: "x.dcm")
            let series = try SeriesFolder(folder.path).series[0]
            _ = try series.grid()
            _ = try series.digest()
        case .png: _ = try PNGReader.decode(input, file: "x.png", limitInPixels: 1 << 20)
        case .map: _ = try DatasetMapFile.parse(String(decoding: input, as: UTF8.self), file: "map.yaml")
        }
    }

    private func readVolume(_ path: String) throws {
        do {
            _ = try reader.readImage(path).identity()
        } catch {
            _ = "\(error)".utf8.count
        }
        let header = try reader.readHeader(path).header
        _ = header.labelTable
        let labels = try reader.readLabels(path)
        for region in labels.regions.prefix(3) { _ = MaskCodec.encode(values: [region.value], in: labels) }
    }

    private func readDataset(_ path: String, _ layout: LayoutName?) throws {
        do {
            _ = try LayoutRecogniser(options: ImportOptions(layout: layout)).recognise(path).cases()
        } catch {
            _ = error.description.utf8.count
        }
    }
}
