import Domain
import Imaging
import Importers
import Phantoms
import TestSupport
import Testing

/// Labels that are mirrored relative to their image are quarantined with the evidence, and flipped if the caller
/// accepts it.
@Suite struct FlipTests {
    private static let grid = PhantomGrid(shape: GridShape(130, 112, 70), spacing: Vector3(2.8, 2.8, 4))
    private static let image = "RawData/Training/img/img0001.nii.gz"
    private static let label = "RawData/Training/label/label0001.nii.gz"

    /// A CT and BTCV's values in canonical order.
    private struct Pair {
        let shape: GridShape
        let affine: Affine
        let image: [Int16]
        let labels: [UInt8]

        init(phantom number: Int, keeping values: Set<UInt8>? = nil) throws {
            let phantom = PhantomCase(seed: 3, number: number, grid: FlipTests.grid)
            (shape, affine, image) = (phantom.grid.shape, phantom.grid.affine, phantom.image)
            let all = phantom.labels(try #require(LabelMap.standard("btcv")))
            labels = all.map { values?.contains($0) ?? true ? $0 : 0 }
        }

        /// A real CT with TotalSegmentator's labels in BTCV's values.
        init(image imageFile: String, labels labelFile: String) throws {
            let reader = NIfTIReader()
            let volume = try reader.readImage(imageFile)
            let found = try NIfTIReader().readLabels(labelFile)
            let values: [UInt8: UInt8] = [1: 1, 2: 2, 3: 3, 5: 6, 7: 11]
            guard case .uint8(let buffer) = found.values else { throw Unexpected() }
            (shape, affine) = (volume.shape, volume.grid.canonicalAffine)
            image = volume.voxels.floats.map { Int16($0) }
            labels = buffer.withVoxels { $0.map { values[$0] ?? 0 } }
        }

        func mirrored<T>(_ values: [T], _ flip: LabelFlip) -> [T] {
            guard let axis = flip.axis else { return values }
            return (0..<values.count).map { index in
                var place = [index % shape.x, index / shape.x % shape.y, index / (shape.x * shape.y)]
                place[axis] = shape[axis] - 1 - place[axis]
                return values[shape.index(place[0], place[1], place[2])]
            }
        }

        /// A BTCV folder with one case.
        func tree(
            image imageFlip: LabelFlip = .none, labels labelFlip: LabelFlip = .none, labelGrid: ImageGrid? = nil
        ) throws -> Tree {
            let tree = Tree()
            let grid = ImageGrid(shape: shape, affine: affine)
            try NIfTIWriter.write(
                .int16(VoxelBuffer(mirrored(image, imageFlip))), on: grid, to: try tree.place(FlipTests.image))
            try NIfTIWriter.write(
                .uint8(VoxelBuffer(mirrored(labels, labelFlip))), on: labelGrid ?? grid,
                to: try tree.place(FlipTests.label))
            return tree
        }
    }

    private struct Unexpected: Error {}

    private func accepting(_ texts: String...) -> ImportOptions {
        var options = ImportOptions()
        options.accepted = texts.compactMap(Acceptance.init)
        return options
    }

    private func contents(_ item: InspectedCase) -> [OrganKey: Digest] {
        Dictionary(
            uniqueKeysWithValues: item.labels.compactMap { label in label.mask.map { (label.organ, $0.contentHash) } })
    }

    /// Quarantined with the proposal; once it is accepted, the masks equal those of the unmirrored case.
    private func expect(_ flip: LabelFlip, of tree: Tree, like whole: InspectedCase) throws {
        let error = importError { _ = try inspected(tree) }
        guard case .flipped(Self.label, _, let proposal)? = error else {
            Issue.record("\(flip): \(String(describing: error))")
            return
        }
        print("flip along \(flip.rawValue): \(proposal.evidence)")
        #expect(proposal.flip == flip && proposal.isStrong)
        #expect(error?.quarantines == true && error?.remedy.contains("--accept flip") == true)
        let accepted = try inspected(tree, accepting("flip"))
        #expect(contents(accepted) == contents(whole))
        #expect(accepted.flip?.flip == flip && accepted.kinds.contains(.flip))
        #expect(accepted["liver"]?.region == whole["liver"]?.region)
    }

    @Test(arguments: 0..<6) func matchingLabelsAreNotFlipped(number: Int) throws {
        let found = try inspected(try Pair(phantom: number).tree())
        #expect(found.flip == nil && found.kinds.isDisjoint(with: [.flip, .laterality]), "\(found.findings)")
    }

    @Test(arguments: [0, 2], [LabelFlip.x, .y, .z]) func mirroredLabelsAreFound(number: Int, flip: LabelFlip) throws {
        let pair = try Pair(phantom: number)
        try expect(flip, of: try pair.tree(labels: flip), like: try inspected(try pair.tree()))
    }

    /// Pancreas-CT labels one small organ, and its files are mirrored from front to back.
    @Test func aSingleSmallOrganSuffices() throws {
        let pair = try Pair(phantom: 1, keeping: [11])
        #expect(try inspected(try pair.tree()).kinds.isDisjoint(with: [.flip]))
        try expect(.y, of: try pair.tree(labels: .y), like: try inspected(try pair.tree()))
    }

    /// A header with the other handedness and another origin, as in the labels of Pancreas-CT beside their DICOM
    /// images.
    @Test func aWrongHeaderIsOverriddenByStrongEvidence() throws {
        let pair = try Pair(phantom: 2)
        let spacing = Self.grid.spacing
        let other = Affine(
            columns: [Vector3(spacing.x, 0, 0), Vector3(0, -spacing.y, 0), Vector3(0, 0, spacing.z)], translation: .zero
        )
        let grid = ImageGrid(shape: pair.shape, affine: other)
        // The voxels are stored in the image's order; the header reverses it.
        let tree = try pair.tree(labels: .y, labelGrid: grid)
        try expect(.y, of: tree, like: try inspected(try pair.tree()))
    }

    /// The header has the other handedness and is right.
    @Test func aRightHeaderOfTheOtherHandednessCanBeAccepted() throws {
        let pair = try Pair(phantom: 2)
        let grid = ImageGrid(
            canonicalShape: pair.shape, canonicalAffine: pair.affine, storedAs: try #require(Orientation("LAS")))
        let tree = try pair.tree(labelGrid: grid)
        let error = try #require(importError { _ = try inspected(tree, accepting("flip")) })
        guard case .gridMismatch(_, _, .handedness) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.remedy.contains("--accept handedness"))
        let accepted = try inspected(tree, accepting("handedness"))
        #expect(contents(accepted) == contents(try inspected(try pair.tree())))
        #expect(accepted.flip == nil && accepted.kinds == [.flip])
        // Where the image shows that the header is wrong, the header cannot be accepted.
        let wrong = try pair.tree(labels: .x, labelGrid: grid)
        #expect(importError { _ = try inspected(wrong, accepting("handedness")) }?.quarantines == true)
        #expect(contents(try inspected(wrong, accepting("flip"))) == contents(accepted))
    }

    /// A file at another position is not accepted together with one whose handedness differs.
    @Test func acceptingTheHandednessAcceptsNoOtherPosition() throws {
        let tree = Tree()
        let names = ["liver", "spleen"]
        try tree.image("s1/ct.nii.gz")
        try tree.label("s1/segmentations/\(names[0]).nii.gz", [(1, Boxes.liver)], on: Tree.grid("LAS"))
        try tree.label("s1/segmentations/\(names[1]).nii.gz", [(1, Boxes.spleen)], on: Tree.grid("LAS"))
        #expect(try inspected(tree, accepting("handedness")).labels.filter { $0.mask != nil }.count == 2)
        try tree.label(
            "s1/segmentations/\(names[1]).nii.gz", [(1, Boxes.spleen)], on: Tree.grid(shift: Vector3(4, 0, 0)))
        guard case .gridMismatch(_, _, .displaced)? = importError({ _ = try inspected(tree, accepting("handedness")) })
        else {
            Issue.record("the spleen is at another position")
            return
        }
    }

    @Test func onlyTheNamedCaseIsAccepted() throws {
        let tree = try Pair(phantom: 0).tree(labels: .z)
        let other = importError { _ = try inspected(tree, accepting("flip:img0002", "laterality")) }
        guard case .flipped? = other else {
            Issue.record("\(String(describing: other))")
            return
        }
        let name = try #require(try listed(tree).cases.first?.name)
        #expect(try inspected(tree, accepting("flip:\(name)")).flip?.flip == .z)
    }

    @Test func anImageMirroredWithItsLabelsIsQuarantined() throws {
        let tree = try Pair(phantom: 0).tree(image: .x, labels: .x)
        let error = importError { _ = try inspected(tree, accepting("flip")) }
        guard case .sidesReversed(Self.label, _, let problem)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problem.contains("liver is to the left of spleen") && error?.quarantines == true)
        let accepted = try inspected(tree, accepting("laterality"))
        #expect(accepted.kinds == [.laterality] && accepted.flip == nil)
    }

    @Test func acceptancesAreParsed() {
        #expect(Acceptance("flip")?.caseName == nil && Acceptance("flip:a:b")?.caseName == "a:b")
        #expect(Acceptance("laterality:x")?.proposal == .laterality)
        #expect(Acceptance("flip:") == nil && Acceptance("turn") == nil && Acceptance("") == nil)
    }

    // MARK: - Real files

    private static let reference = "wasserth__TotalSegmentator/tests/reference_files"

    @Test func realLabels() throws { try expectTurns("example_ct_sm.nii.gz", "example_seg.nii.gz") }

    @Test(.needsRealData(reference + "/example_ct.nii.gz", reference + "/example_seg_fast_force_split.nii.gz"))
    func realLabelsOfALargerScan() throws {
        try expectTurns("example_ct.nii.gz", "example_seg_fast_force_split.nii.gz")
    }

    private func expectTurns(_ image: String, _ labels: String) throws {
        let pair = try Pair(
            image: RealData.path("\(Self.reference)/\(image)"), labels: RealData.path("\(Self.reference)/\(labels)"))
        let whole = try inspected(try pair.tree())
        #expect(whole.kinds.isDisjoint(with: [.flip, .laterality]), "\(whole.findings)")
        for flip in [LabelFlip.x, .y, .z] {
            try expect(flip, of: try pair.tree(labels: flip), like: whole)
        }
    }
}
