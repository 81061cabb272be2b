public import DICOM
public import Domain
internal import Glibc
internal import Imaging

/// Reads, checks and measures the cases of a dataset, one after another, reusing its buffers.
///
/// For one thread. Calls read whole files and block; keep them off the cooperative pool.
public final class CaseInspector {
    let options: ImportOptions
    private let origin: LabelOrigin
    private let origins: [OrganKey: LabelOrigin]
    let reader: NIfTIReader
    let converted: SeriesCache?

    /// - Parameters:
    ///   - converted: the cache of volumes converted from DICOM series; without it, DICOM is refused.
    ///   - limitInBytes: files whose header gives more uncompressed bytes are refused.
    public init(
        layout: any Layout, options: ImportOptions, converted: SeriesCache? = nil, limitInBytes: Int = 8 << 30
    ) {
        (self.options, self.converted) = (options, converted)
        origin = options.origin(of: layout)
        origins = Dictionary(
            options.origins(of: layout).map { (options.meaning(of: $0.key), $0.value) },
            uniquingKeysWith: { first, _ in first })
        reader = NIfTIReader(limitInBytes: limitInBytes)
    }

    /// Checksums of the case's files as stored on disk, and of its annotators' readable files; nothing is decompressed
    /// or converted.
    /// - Parameter known: the image's recorded digest, which identifies the series in a folder with several.
    /// - Throws: `volume(.unreadable)`, `changedWhileRead`, `series`, `movedImage`.
    public func checksums(of files: CaseFiles, known: Digest? = nil) throws(ImportError) -> CaseChecksums {
        try requireImage(of: files)
        let image =
            files.image.isFolder
            ? try seriesChecksum(files.image, files.series, known: known) : try Self.checksum(files.image)
        let drawn = options.annotators ? files.annotators.flatMap(\.instances) : []
        return CaseChecksums(
            files: [image] + (try checksums(of: files.labels.map(\.file)))
                + drawn.compactMap { try? Self.checksum($0.file) })
    }

    /// Checksums of label files, or of the slices of a folder, as stored on disk.
    /// - Throws: `volume(.unreadable)`, `changedWhileRead`.
    public func checksums(of files: [SourceFile]) throws(ImportError) -> [FileChecksum] {
        try files.map { file throws(ImportError) in
            file.isFolder ? try Self.stackChecksum(file) : try Self.checksum(file)
        }
    }

    /// Reads the case's image and labels, each file once; labels that are flipped, twice.
    /// - Throws: the error that makes the case unusable; `ImportError.quarantines` marks those that a person should
    ///   check.
    public func inspect(_ files: CaseFiles) throws(ImportError) -> InspectedCase {
        var findings = files.findings
        let (image, opened) = try image(files, &findings)
        var check = FlipCheck(image.modality == .ct && !files.labels.isEmpty ? opened.volume.coarse() : nil)
        var read = try labels(of: files, on: image, opened, check: &check)
        let flip = try flip(files, image, read, check, &findings)
        try refuseEmpty(files, read)
        if let flip { read = try labels(of: files, on: image, opened, flipped: flip.flip, check: &check) }
        findings += read.findings + (try sides(of: files, read.labels))
        findings += AbsenceCheck(read.labels, on: image.grid, options.ontology).findings
        findings += try OrganCheck(read.labels, shape: image.grid.canonicalShape, ontology: options.ontology).findings
        let drawn = drawings(files, on: image, opened, flipped: flip?.flip)
        return InspectedCase(
            files: files, image: image, labels: read.labels, drawn: drawn, findings: findings + drawn.findings,
            flip: flip,
            checksums: CaseChecksums(files: [image.file] + read.files + drawn.files))
    }

    /// Reads the labels of a waiting case, so that a broken file is refused now and not when its image is imported.
    /// - Returns: the checksum of each label file, in the order of the case's labels.
    /// - Throws: the error that makes a label unusable.
    public func check(_ item: WaitingCase) throws(ImportError) -> [FileChecksum] {
        try item.labels.map { file throws(ImportError) in
            if file.file.isFolder { return try Self.stackChecksum(file.file) }
            let (volume, bytes) = try read(file.file) { try reader.readLabels($0) }
            _ = try LabelMeaning(file, volume, options: options)
            return FileChecksum(file: file.file, bytes: bytes, sha256: volume.file.digest)
        }
    }

    // MARK: - Image

    private func image(
        _ files: CaseFiles, _ findings: inout [ImportFinding]
    ) throws(ImportError) -> (InspectedImage, OpenedImage) {
        try requireImage(of: files)
        let opened = try open(files)
        let volume = opened.volume
        if let expected = files.expected, expected.sha256 != opened.checksum.sha256 {
            throw .changedImage(file: files.image.absolutePath, dataset: expected.dataset)
        }
        findings += volume.file.findings.map { ImportFinding($0, file: files.image.path) }
        var modality = options.givenModality ?? files.modality
        if options.givenModality == nil, modality == .other, let term = opened.series?.modality {
            modality = Modality(term: term)
        }
        if modality == .other && options.givenModality == nil && !volume.statistics.lacksAir {
            modality = .ct
            findings.append(ImportFinding(inferred: modality, file: files.image.path))
        }
        if modality == .ct && volume.statistics.lacksAir {
            findings.append(
                ImportFinding(
                    .intensities, file: files.image.path, problem: "a CT without air near -1000 HU",
                    remedy: "check that the values are Hounsfield units, neither rescaled nor clipped"))
        }
        let image = InspectedImage(
            file: opened.checksum, identity: volume.identity(), grid: volume.grid,
            storageType: volume.file.header.type, modality: modality, isModalityGiven: options.givenModality != nil,
            descriptor: volume.imageDescriptor(isCT: modality == .ct), series: opened.series?.identifiers)
        return (image, opened)
    }

    private func open(_ files: CaseFiles) throws(ImportError) -> OpenedImage {
        if files.image.isFolder { return try openSeries(files) }
        let (volume, bytes) = try read(files.image) { try reader.readImage($0) }
        return OpenedImage(
            volume: volume,
            checksum: FileChecksum(file: files.image, bytes: bytes, sha256: volume.file.digest), series: nil)
    }

    /// - Throws: `movedImage` where an image of another dataset is not at its recorded path.
    private func requireImage(of files: CaseFiles) throws(ImportError) {
        let kind: DatasetFolder.Kind = files.image.isFolder ? .folder : .file
        if let expected = files.expected, DatasetFolder.kind(of: files.image.absolutePath) != kind {
            throw .movedImage(file: files.image.absolutePath, dataset: expected.dataset)
        }
    }

    // MARK: - Labels

    /// - Parameters:
    ///   - flip: places every file on the image in this way; nil: as its header specifies.
    ///   - check: collects evidence where `flip` is nil.
    private func labels(
        of files: CaseFiles, on image: InspectedImage, _ opened: OpenedImage, flipped flip: LabelFlip? = nil,
        check: inout FlipCheck
    ) throws(ImportError) -> ReadLabels {
        var read = ReadLabels()
        for file in files.labels { try add(file, of: files.name, on: image, opened, flipped: flip, to: &read, &check) }
        try Self.refuseDuplicates(read.labels)
        read.labels.sort { position($0.organ) < position($1.organ) }
        return read
    }

    private func add(
        _ file: LabelFile, of caseName: String, on image: InspectedImage, _ opened: OpenedImage,
        flipped flip: LabelFlip?, to read: inout ReadLabels, _ check: inout FlipCheck
    ) throws(ImportError) {
        let (found, checksum) = try labelVolume(file.file, on: opened, flipped: flip)
        let covered = acceptedCrop(found, on: image, of: caseName)
        let volume = covered.map { found.padded(to: image.grid, at: $0) } ?? found
        read.findings += volume.file.findings.map { ImportFinding($0, file: file.file.path) }
        switch GridAgreement(image: image.grid, label: volume.grid) {
        case .agree: break
        case .nearly(let voxels): read.findings.append(ImportFinding(nearly: voxels, file: file.file.path))
        case .quarantine(let difference):
            let error = ImportError.gridMismatch(
                file: file.file.path, image: image.file.file.path, difference: difference)
            guard difference.mayBeFlipped(image.grid, volume.grid) else { throw error }
            read.note(error, difference)
        }
        let meaning = try LabelMeaning(file, volume, options: options)
        try refuseConstant(volume, file.file.path, of: caseName)
        read.hasExamined = read.hasExamined || !meaning.regions.isEmpty
        if !meaning.unknownNames.isEmpty {
            read.findings.append(ImportFinding(unknownNames: meaning.unknownNames, file: file.file.path))
        }
        if !meaning.leftOut.isEmpty {
            read.findings.append(ImportFinding(leftOut: meaning.leftOut, file: file.file.path))
        }
        if flip == nil { check.add(volume, meaning) }
        let crop = covered ?? file.crop?.box(in: volume.shape)
        let regions = meaning.regions.filter { covered == nil || $0.hasVoxels(in: volume) }
        if let covered {
            let empty = meaning.regions.filter { !$0.hasVoxels(in: volume) }.map(\.organ)
            read.findings.append(ImportFinding(acceptedCrop: covered, empty: empty, file: file.file.path))
        }
        read.files.append(checksum)
        read.labels += regions.compactMap { region in
            InspectedLabel(
                region, volume: volume, file: checksum,
                origin: region.isModelMade ? .model : origin(of: region.organ), crop: crop)
        }
    }

    func labelVolume(
        _ file: SourceFile, on image: OpenedImage, flipped flip: LabelFlip?
    ) throws(ImportError) -> (LabelVolume, FileChecksum) {
        if file.isFolder { return try Self.stack(file, on: image, flipped: flip) }
        let (volume, bytes) = try read(file) { path in
            // A crop is on the image by its header alone.
            guard let flip, try reader.readHeader(path).grid.canonicalShape == image.volume.shape else {
                return try reader.readLabels(path)
            }
            return try reader.readLabels(path, on: image.volume.grid, flipped: flip)
        }
        return (volume, FileChecksum(file: file, bytes: bytes, sha256: volume.file.digest))
    }

    /// Where the labels are on the image, if they are a part of its grid and the caller accepted that.
    private func acceptedCrop(_ labels: LabelVolume, on image: InspectedImage, of caseName: String) -> VoxelBox? {
        guard case .quarantine(.crop(let box, _)) = GridAgreement(image: image.grid, label: labels.grid),
            options.accepted.cover(.crop, of: caseName)
        else { return nil }
        return box
    }

    private static func refuseDuplicates(_ labels: [InspectedLabel]) throws(ImportError) {
        var first: [OrganKey: String] = [:]
        for label in labels {
            if let other = first.updateValue(label.file.file.path, forKey: label.organ) {
                throw .duplicate(file: label.file.file.path, what: "\(label.organ) is also labelled in \(other)")
            }
        }
    }

    func position(_ organ: OrganKey) -> Int { options.ontology[organ]?.position ?? .max }
    func origin(of organ: OrganKey) -> LabelOrigin { origins[organ] ?? origin }

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

    private static func checksum(_ file: SourceFile) throws(ImportError) -> FileChecksum {
        let before = try stamp(file)
        let checksum: ImagePair.Checksum
        do throws(ImagingError) {
            checksum = try ImagePair.checksum(of: file.absolutePath)
        } catch {
            throw .volume(error)
        }
        guard try stamp(file) == before else { throw .changedWhileRead(file: file.path) }
        return FileChecksum(file: file, bytes: checksum.bytes, sha256: checksum.sha256)
    }

    /// Size and modification time of each file of an image.
    private struct Stamp: Equatable {
        var sizes: [Int] = []
        var seconds: [Int] = []
        var nanoseconds: [Int] = []

        var bytes: Int { sizes.reduce(0, +) }
    }

    private static func stamp(_ file: SourceFile) throws(ImportError) -> Stamp {
        var stamp = Stamp()
        for path in ImagePair.files(of: file.absolutePath) {
            var status = stat()
            guard stat(path, &status) == 0 else { throw .volume(.unreadable(file: path, code: errno)) }
            stamp.sizes.append(Int(status.st_size))
            stamp.seconds.append(status.st_mtim.tv_sec)
            stamp.nanoseconds.append(status.st_mtim.tv_nsec)
        }
        return stamp
    }
}
