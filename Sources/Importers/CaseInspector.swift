internal import Domain
internal import Glibc
internal import Hashing
internal import Imaging

/// Reads, checks and measures the cases of a dataset, one after another, with buffers that are kept between them.
///
/// One inspector serves one thread. Its calls read whole files and block; keep them off the cooperative pool.
public final class CaseInspector {
    private let options: ImportOptions
    private let origin: LabelOrigin
    private let origins: [OrganKey: LabelOrigin]
    private let reader: NIfTIReader

    /// - Parameter limitInBytes: files that claim more bytes, uncompressed, are refused.
    public init(layout: any Layout, options: ImportOptions, limitInBytes: Int = 8 << 30) {
        self.options = options
        origin = options.origin(of: layout)
        origins = options.origins(of: layout)
        reader = NIfTIReader(limitInBytes: limitInBytes)
    }

    /// Length and SHA-256 of each of the case's files as they lie on the disk; nothing is decompressed.
    /// - Throws: `volume(.unreadable)`, `changedWhileRead`.
    public func fingerprint(_ files: CaseFiles) throws(ImportError) -> CaseFingerprint {
        CaseFingerprint(files: try files.files.map { file throws(ImportError) in try Self.fingerprint(file) })
    }

    /// Reads the case's image and labels, each file once; labels that the caller lets mirror, twice.
    /// - Throws: what makes the case unusable; `ImportError.quarantines` tells which cases a person should look at.
    public func inspect(_ files: CaseFiles) throws(ImportError) -> InspectedCase {
        var findings = files.findings
        let (image, coarse) = try image(files, &findings)
        var check = TurnCheck(coarse)
        var read = try labels(of: files, on: image, check: &check)
        let main = files.labels.first?.file.path ?? files.image.path
        let turn = try turn(files, read, check)
        if let turn, turn.isStrong || options.accepted.name(.flip, of: files.name) {
            read = try labels(of: files, on: image, turned: turn.turn, check: &check)
            findings.append(ImportFinding(accepted: turn, file: main))
        } else if let turn {
            findings.append(ImportFinding(weak: turn, caseName: files.name, file: main))
        }
        let isTurned = turn.map { $0.isStrong || options.accepted.name(.flip, of: files.name) } ?? false
        if LateralityCheck.sides(read.labels).areAllReversed, !options.accepted.cover(.laterality, of: files.name) {
            throw .sidesReversed(
                file: main, caseName: files.name, problem: LateralityCheck.sides(read.labels).problem)
        }
        findings += read.findings + LateralityCheck.findings(read.labels, file: main)
        return InspectedCase(
            files: files, image: image, labels: read.labels, findings: findings, turn: isTurned ? turn : nil,
            fingerprint: CaseFingerprint(files: [image.file] + read.files))
    }

    /// The turn that the caller accepted or that is to be mentioned.
    /// - Throws: `turned`, and `gridMismatch` where nothing speaks for any turn.
    private func turn(
        _ files: CaseFiles, _ read: ReadLabels, _ check: TurnCheck
    ) throws(ImportError) -> TurnProposal? {
        let proposal = check.proposal(read.labels, isTrusted: read.mismatch == nil)
        if let mismatch = read.mismatch {
            guard let proposal, proposal.isStrong else { throw mismatch }
        }
        guard let proposal, proposal.isStrong, !options.accepted.cover(.flip, of: files.name) else { return proposal }
        throw .turned(
            file: files.labels.first?.file.path ?? files.image.path, caseName: files.name, proposal: proposal)
    }

    // MARK: - Image

    /// Also its values at every few millimetres, where it is a CT with labels.
    private func image(
        _ files: CaseFiles, _ findings: inout [ImportFinding]
    ) throws(ImportError) -> (InspectedImage, CoarseImage?) {
        let (volume, bytes) = try read(files.image) { try reader.readImage($0) }
        findings += volume.file.findings.map { ImportFinding($0, file: files.image.path) }
        let modality = options.givenModality ?? files.modality
        if modality == .ct && volume.statistics.lacksAir {
            findings.append(
                ImportFinding(
                    .intensities, file: files.image.path, problem: "a CT without air near -1000 HU",
                    remedy: "check that the values are Hounsfield units, and not rescaled or clipped"))
        }
        let image = InspectedImage(
            file: FileFingerprint(file: files.image, bytes: bytes, sha256: volume.file.digest),
            identity: volume.identity(), grid: volume.grid, storageType: volume.file.header.type,
            modality: modality, appearance: volume.fingerprint(isCT: modality == .ct))
        return (image, modality == .ct && !files.labels.isEmpty ? volume.coarse() : nil)
    }

    // MARK: - Labels

    /// The labels of a case's files.
    private struct ReadLabels {
        var labels: [InspectedLabel] = []
        var files: [FileFingerprint] = []
        var findings: [ImportFinding] = []
        /// The first file whose header puts it elsewhere than the image, though it has the image's shape and spacing.
        var mismatch: ImportError?
    }

    /// - Parameter turned: how every file is laid on the image; nil: as its header says, and as `check` then sees it.
    private func labels(
        of files: CaseFiles, on image: InspectedImage, turned turn: LabelTurn? = nil, check: inout TurnCheck
    ) throws(ImportError) -> ReadLabels {
        var read = ReadLabels()
        for file in files.labels { try add(file, on: image, turned: turn, to: &read, &check) }
        try Self.refuseDuplicates(read.labels)
        read.labels.sort { Self.position($0.organ) < Self.position($1.organ) }
        return read
    }

    private func add(
        _ file: LabelFile, on image: InspectedImage, turned turn: LabelTurn?, to read: inout ReadLabels,
        _ check: inout TurnCheck
    ) throws(ImportError) {
        let (volume, bytes) = try self.read(file.file) {
            guard let turn else { return try reader.readLabels($0) }
            return try reader.readLabels($0, on: image.grid, turned: turn)
        }
        read.findings += volume.file.findings.map { ImportFinding($0, file: file.file.path) }
        switch GridAgreement(image: image.grid, label: volume.grid) {
        case .agree: break
        case .nearly(let voxels): read.findings.append(ImportFinding(nearly: voxels, file: file.file.path))
        case .quarantine(let difference):
            let error = ImportError.gridMismatch(
                file: file.file.path, image: image.file.file.path, difference: difference)
            guard turn != nil || difference.mayBeTurned(image.grid, volume.grid) else { throw error }
            if turn == nil { read.mismatch = read.mismatch ?? error }
        }
        let meaning = try LabelMeaning(file, volume, options: options)
        if !meaning.unknownNames.isEmpty {
            read.findings.append(ImportFinding(unknownNames: meaning.unknownNames, file: file.file.path))
        }
        if turn == nil { check.add(volume, meaning) }
        let fingerprint = FileFingerprint(file: file.file, bytes: bytes, sha256: volume.file.digest)
        let crop = file.crop?.box(in: volume.shape)
        read.files.append(fingerprint)
        read.labels += meaning.regions.compactMap { region in
            InspectedLabel(
                region, volume: volume, file: fingerprint, origin: origins[region.organ] ?? origin, crop: crop)
        }
    }

    private static func refuseDuplicates(_ labels: [InspectedLabel]) throws(ImportError) {
        var first: [OrganKey: String] = [:]
        for label in labels {
            if let other = first.updateValue(label.file.file.path, forKey: label.organ) {
                throw .duplicate(file: label.file.file.path, what: "\(label.organ) is labelled in \(other) too")
            }
        }
    }

    private static func position(_ organ: OrganKey) -> Int { Ontology.standard[organ]?.position ?? .max }

    // MARK: - Files

    private func read<Volume>(
        _ file: SourceFile, _ body: (String) throws -> Volume
    ) throws(ImportError) -> (Volume, bytes: Int) {
        let before = try Self.stamp(file)
        let volume: Volume
        do {
            volume = try body(file.absolutePath)
        } catch let error as ImagingError {
            throw .volume(error)
        } catch {
            throw .volume(.unreadable(file: file.absolutePath, code: EIO))
        }
        guard try Self.stamp(file) == before else { throw .changedWhileRead(file: file.path) }
        return (volume, before.bytes)
    }

    private static func fingerprint(_ file: SourceFile) throws(ImportError) -> FileFingerprint {
        let before = try stamp(file)
        let digest: Digest
        do {
            digest = try SHA256.digest(ofFile: file.absolutePath)
        } catch {
            throw .volume(.unreadable(file: file.absolutePath, code: EIO))
        }
        guard try stamp(file) == before else { throw .changedWhileRead(file: file.path) }
        return FileFingerprint(file: file, bytes: before.bytes, sha256: digest)
    }

    /// Length and time of change.
    private struct Stamp: Equatable {
        let bytes: Int
        let seconds: Int
        let nanoseconds: Int
    }

    private static func stamp(_ file: SourceFile) throws(ImportError) -> Stamp {
        var status = stat()
        guard stat(file.absolutePath, &status) == 0 else {
            throw .volume(.unreadable(file: file.absolutePath, code: errno))
        }
        return Stamp(bytes: Int(status.st_size), seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)
    }
}
