public import Domain
public import Imaging

/// The masks of the single annotators of a case, beside the dataset's labels.
public struct InspectedDrawings: Sendable {
    /// Annotators whose files were all read.
    public fileprivate(set) var annotators: [String] = []
    /// Ordered by annotator, then by the ontology.
    public fileprivate(set) var drawings: [InspectedDrawing] = []
    /// Annotators without recorded masks, because one of their files cannot be used.
    public fileprivate(set) var quarantined: [QuarantinedAnnotator] = []
    /// Every file of `annotators`.
    fileprivate(set) var files: [FileChecksum] = []
    fileprivate(set) var findings: [ImportFinding] = []
}

/// One annotator's mask of an organ: all voxels of its instances.
public struct InspectedDrawing: Sendable {
    public let annotator: String
    public let organ: OrganKey
    public let origin: LabelOrigin
    /// The instance files; at least one.
    public let files: [FileChecksum]
    /// In canonical order on the image's grid; nil where the files have no voxels.
    public let mask: EncodedMask?

    public var status: LabelStatus { mask == nil ? .absent : .annotated }
}

/// An annotator of a case whose masks are quarantined.
public struct QuarantinedAnnotator: Sendable {
    public let annotator: String
    public let error: ImportError
}

extension CaseInspector {
    /// Reads the masks of each annotator, if `ImportOptions.annotators` is set. A file that cannot be used quarantines
    /// its annotator in this case, and nothing else.
    /// - Parameter flip: the accepted flip of the case's labels.
    func drawings(
        _ files: CaseFiles, on image: InspectedImage, _ opened: OpenedImage, flipped flip: LabelFlip?
    ) -> InspectedDrawings {
        var found = InspectedDrawings()
        for annotator in options.annotators ? files.annotators : [] {
            do throws(ImportError) {
                if let problem = annotator.problem { throw problem }
                var instances = Instances(shape: image.grid.canonicalShape)
                for file in annotator.instances {
                    try add(file, of: files.name, on: image, opened, flipped: flip, to: &instances)
                }
                found.annotators.append(annotator.name)
                found.drawings += drawings(instances, by: annotator.name)
                found.files += instances.files
                found.findings += annotator.findings + instances.findings
            } catch {
                found.quarantined.append(QuarantinedAnnotator(annotator: annotator.name, error: error))
            }
        }
        return found
    }

    /// An annotator's masks while the instances are read.
    private struct Instances {
        let shape: GridShape
        var voxels: [OrganKey: BitVolume] = [:]
        var filesOfOrgan: [OrganKey: [FileChecksum]] = [:]
        var files: [FileChecksum] = []
        var findings: [ImportFinding] = []
    }

    private func add(
        _ file: LabelFile, of caseName: String, on image: InspectedImage, _ opened: OpenedImage,
        flipped flip: LabelFlip?, to instances: inout Instances
    ) throws(ImportError) {
        let (volume, checksum) = try labelVolume(file.file, on: opened, flipped: flip)
        instances.findings += volume.file.findings.map { ImportFinding($0, file: file.file.path) }
        switch GridAgreement(image: image.grid, label: volume.grid) {
        case .agree: break
        case .nearly(let voxels): instances.findings.append(ImportFinding(nearly: voxels, file: file.file.path))
        case .quarantine(let difference):
            guard difference.isOfStorage, options.accepted.cover(.handedness, of: caseName) else {
                throw .gridMismatch(file: file.file.path, image: image.file.file.path, difference: difference)
            }
            instances.findings.append(ImportFinding(acceptedStorage: difference, file: file.file.path))
        }
        instances.files.append(checksum)
        for region in try LabelMeaning(file, volume, options: options).regions {
            let voxels = volume.mask(of: Set(region.values))
            instances.voxels[region.organ, default: BitVolume(instances.shape)].formUnion(voxels)
            instances.filesOfOrgan[region.organ, default: []].append(checksum)
        }
    }

    private func drawings(_ instances: Instances, by annotator: String) -> [InspectedDrawing] {
        instances.voxels.sorted { position($0.key) < position($1.key) }.map { organ, voxels in
            InspectedDrawing(
                annotator: annotator, organ: organ, origin: drawnOrigin(of: organ),
                files: instances.filesOfOrgan[organ] ?? [],
                mask: voxels.isEmpty ? nil : MaskCodec.encode(foreground: voxels))
        }
    }

    /// Never `model`: people drew these masks, even where the caller gives `model` as the origin of the labels.
    private func drawnOrigin(of organ: OrganKey) -> LabelOrigin {
        let origin = origin(of: organ)
        return origin == .model ? .expert : origin
    }
}
