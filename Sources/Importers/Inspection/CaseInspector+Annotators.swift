public import Domain
public import Imaging

/// What the annotators of a case drew, each beside the label that holds.
public struct InspectedDrawings: Sendable {
    /// Annotators all of whose files were read.
    public fileprivate(set) var annotators: [String] = []
    /// By annotator, then in the order of the ontology.
    public fileprivate(set) var drawings: [InspectedDrawing] = []
    /// Annotators of whom nothing is taken, since one of their files cannot be used.
    public fileprivate(set) var held: [HeldAnnotator] = []
    /// Every file of `annotators`.
    fileprivate(set) var files: [FileChecksum] = []
    fileprivate(set) var findings: [ImportFinding] = []
}

/// What one annotator drew of an organ: the union of the instances.
public struct InspectedDrawing: Sendable {
    public let annotator: String
    public let organ: OrganKey
    public let origin: LabelOrigin
    /// Those that it is the union of, at least one.
    public let files: [FileChecksum]
    /// Canonical on the image's grid; nil where the files have no voxel.
    public let mask: EncodedMask?

    public var status: LabelStatus { mask == nil ? .absent : .annotated }
}

/// An annotator of a case whose words are held back for a person to look at.
public struct HeldAnnotator: Sendable {
    public let annotator: String
    public let error: ImportError
}

extension CaseInspector {
    /// Reads what each annotator drew, where the caller wants it. A file that cannot be used holds back the words of its
    /// annotator on this case, and nothing else.
    /// - Parameter turn: how the case's labels are laid on the image.
    func drawings(
        _ files: CaseFiles, on image: InspectedImage, _ opened: OpenedImage, flipped flip: LabelFlip?
    ) -> InspectedDrawings {
        var found = InspectedDrawings()
        for annotator in options.annotators ? files.annotators : [] {
            do throws(ImportError) {
                if let problem = annotator.problem { throw problem }
                var union = Union(shape: image.grid.canonicalShape)
                for file in annotator.instances {
                    try add(file, of: files.name, on: image, opened, flipped: flip, to: &union)
                }
                found.annotators.append(annotator.name)
                found.drawings += drawings(union, by: annotator.name)
                found.files += union.files
                found.findings += annotator.findings + union.findings
            } catch {
                found.held.append(HeldAnnotator(annotator: annotator.name, error: error))
            }
        }
        return found
    }

    /// An annotator's organs while the instances are read.
    private struct Union {
        let shape: GridShape
        var voxels: [OrganKey: BitVolume] = [:]
        var filesOfOrgan: [OrganKey: [FileChecksum]] = [:]
        var files: [FileChecksum] = []
        var findings: [ImportFinding] = []
    }

    private func add(
        _ file: LabelFile, of caseName: String, on image: InspectedImage, _ opened: OpenedImage,
        flipped flip: LabelFlip?, to union: inout Union
    ) throws(ImportError) {
        let (volume, checksum) = try labelVolume(file.file, on: opened, flipped: flip)
        union.findings += volume.file.findings.map { ImportFinding($0, file: file.file.path) }
        switch GridAgreement(image: image.grid, label: volume.grid) {
        case .agree: break
        case .nearly(let voxels): union.findings.append(ImportFinding(nearly: voxels, file: file.file.path))
        case .quarantine(let difference):
            guard difference.isOfStorage, options.accepted.cover(.handedness, of: caseName) else {
                throw .gridMismatch(file: file.file.path, image: image.file.file.path, difference: difference)
            }
            union.findings.append(ImportFinding(acceptedStorage: difference, file: file.file.path))
        }
        union.files.append(checksum)
        for region in try LabelMeaning(file, volume, options: options).regions {
            union.voxels[region.organ, default: BitVolume(union.shape)].formUnion(volume.mask(of: Set(region.values)))
            union.filesOfOrgan[region.organ, default: []].append(checksum)
        }
    }

    private func drawings(_ union: Union, by annotator: String) -> [InspectedDrawing] {
        union.voxels.sorted { position($0.key) < position($1.key) }.map { organ, voxels in
            InspectedDrawing(
                annotator: annotator, organ: organ, origin: drawnOrigin(of: organ),
                files: union.filesOfOrgan[organ] ?? [],
                mask: voxels.isEmpty ? nil : MaskCodec.encode(foreground: voxels))
        }
    }

    /// People drew these, also where the caller says that a model made the labels.
    private func drawnOrigin(of organ: OrganKey) -> LabelOrigin {
        let origin = origin(of: organ)
        return origin == .model ? .expert : origin
    }
}
