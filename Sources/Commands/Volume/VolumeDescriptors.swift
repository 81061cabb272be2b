internal import ArgumentParser
internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Imaging
internal import Importers
internal import System

struct VolumeDescriptors: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe", abstract: "Compute the image descriptors that volumes do not have yet.",
        discussion: """
            Imports compute them. This is for volumes that were imported before there were image descriptors; it reads their \
            images again. What cannot be read, or is not the scan that was imported, is listed and left without.
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let failures = try await Session.with(options) { session in
            let images = try await session.catalog.volumesWithoutDescriptor(version: ImageDescriptor.version)
            let bar = session.output.progress("describe", total: images.count)
            let reader = DescriptorReader(converted: session.converted)
            var failures: [DescriptorFailure] = []
            for image in images {
                do {
                    try await session.catalog.record(try await reader.read(image), of: image.volume)
                } catch let failure as DescriptorFailure {
                    failures.append(failure)
                }
                bar.advance()
            }
            bar.finish()
            session.output.report(failures, DescriptorFailure.columns)
            session.output.note(
                images.isEmpty
                    ? "Every volume has an image descriptor already."
                    : "\(images.count - failures.count) of \(images.count) volumes have an image descriptor now.")
            return failures.count
        }
        if failures > 0 { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }
}

/// A volume that stays without a fingerprint.
struct DescriptorFailure: Error {
    let image: UndescribedImage
    let problem: String
    let remedy: String

    static var columns: [Column<DescriptorFailure>] {
        [
            Column("volume") { $0.image.volume.rawValue }, Column("name") { $0.image.name },
            Column("file") { $0.image.file }, Column("problem") { $0.problem }, Column("remedy") { $0.remedy },
        ]
    }
}

/// Reads images again, on a thread of its own.
struct DescriptorReader {
    let converted: SeriesCache
    private let disk = BlockingWork()

    init(converted: SeriesCache) { self.converted = converted }

    /// - Throws: `DescriptorFailure`.
    func read(_ image: UndescribedImage) async throws -> DescriptorRecord {
        try await disk.run { [converted] in
            do {
                let file = try converted.volumeFile(at: image.file, digest: image.sha256)
                let volume = try NIfTIReader().readImage(file)
                guard volume.identity().exact == image.identity else {
                    throw DescriptorFailure(
                        image: image, problem: "the file is not the scan that was imported",
                        remedy: "restore it, or import the dataset again")
                }
                return DescriptorRecord(volume.imageDescriptor(isCT: image.modality == Modality.ct.rawValue))
            } catch let error as ImagingError {
                throw DescriptorFailure(image: image, problem: error.problem, remedy: error.remedy)
            } catch let error as DICOMError {
                throw DescriptorFailure(image: image, problem: error.problem, remedy: error.remedy)
            }
        }
    }
}

extension DescriptorRecord {
    /// An empty descriptor where the volume is too small for one.
    init(_ descriptor: ImageDescriptor?) {
        self.init(
            version: ImageDescriptor.version, descriptor: descriptor?.values.map { UInt8(bitPattern: $0) } ?? [])
    }
}
