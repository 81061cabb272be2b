internal import ArgumentParser
internal import Catalog
internal import Console
internal import DICOM
internal import Domain
internal import Imaging
internal import Importers

struct VolumeFingerprints: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint", abstract: "Compute the fingerprints that volumes do not have yet.",
        discussion: """
            Imports compute them. This is for volumes that were imported before there were fingerprints; it reads their \
            images again. What cannot be read, or is not the scan that was imported, is listed and left without.
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let failures = try await Session.with(options) { session in
            let images = try await session.catalog.volumesWithoutFingerprint(version: VolumeFingerprint.version)
            let bar = session.output.progress("fingerprint", total: images.count)
            let reader = FingerprintReader(converted: session.converted)
            var failures: [FingerprintFailure] = []
            for image in images {
                do {
                    try await session.catalog.record(try await reader.read(image), of: image.volume)
                } catch let failure as FingerprintFailure {
                    failures.append(failure)
                }
                bar.advance()
            }
            bar.finish()
            session.output.report(failures, FingerprintFailure.columns)
            session.output.note(
                images.isEmpty
                    ? "Every volume has a fingerprint already."
                    : "\(images.count - failures.count) of \(images.count) volumes have got a fingerprint.")
            return failures.count
        }
        if failures > 0 { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }
}

/// A volume that stays without a fingerprint.
struct FingerprintFailure: Error {
    let image: ImageToFingerprint
    let problem: String
    let remedy: String

    static var columns: [Column<FingerprintFailure>] {
        [
            Column("volume") { $0.image.volume.rawValue }, Column("name") { $0.image.name },
            Column("file") { $0.image.file }, Column("problem") { $0.problem }, Column("remedy") { $0.remedy },
        ]
    }
}

/// Reads images again, on a thread of its own.
struct FingerprintReader {
    let converted: SeriesCache
    private let disk = BlockingWork()

    init(converted: SeriesCache) { self.converted = converted }

    /// - Throws: `FingerprintFailure`.
    func read(_ image: ImageToFingerprint) async throws -> FingerprintRecord {
        try await disk.run { [converted] in
            do {
                let file = try converted.volumeFile(at: image.file, digest: image.sha256)
                let volume = try NIfTIReader().readImage(file)
                guard volume.identity().exact == image.identity else {
                    throw FingerprintFailure(
                        image: image, problem: "the file is not the scan that was imported",
                        remedy: "restore it, or import the dataset again")
                }
                return FingerprintRecord(volume.fingerprint(isCT: image.modality == Modality.ct.rawValue))
            } catch let error as ImagingError {
                throw FingerprintFailure(image: image, problem: error.problem, remedy: error.remedy)
            } catch let error as DICOMError {
                throw FingerprintFailure(image: image, problem: error.problem, remedy: error.remedy)
            }
        }
    }
}

extension FingerprintRecord {
    /// An empty descriptor where the volume is too small for one.
    init(_ fingerprint: VolumeFingerprint?) {
        self.init(
            version: VolumeFingerprint.version, descriptor: fingerprint?.values.map { UInt8(bitPattern: $0) } ?? [])
    }
}
