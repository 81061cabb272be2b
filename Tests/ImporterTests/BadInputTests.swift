import Domain
import Imaging
import Importers
import Testing

/// Every unusable file is refused with its name, the problem and a remedy.
@Suite struct BadInputTests {
    static let image = "RawData/Training/img/img0001.nii.gz"
    static let label = "RawData/Training/label/label0001.nii.gz"

    /// A valid case whose image or label is then damaged.
    private func refusal(_ spoil: (Tree) throws -> Void) throws -> ImportError {
        let tree = try Tree.btcv()
        try spoil(tree)
        let error = try #require(importError { _ = try inspected(tree) })
        #expect(error.file.contains("img0001") || error.file.contains("label0001"))
        #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
        return error
    }

    /// Puts an uncompressed image in place, its bytes changed at an offset.
    private func patched(_ offset: Int, _ bytes: [UInt8]) throws -> ImportError {
        let tree = Tree()
        try tree.image("img/img0001.nii")
        try tree.label("label/label0001.nii", [])
        try tree.patch("img/img0001.nii", at: offset, bytes)
        return try #require(importError { _ = try inspected(tree) })
    }

    @Test(arguments: [image, label]) func truncatedGzip(path: String) throws {
        let error = try refusal { tree in
            let bytes = try tree.bytes(of: path)
            try tree.write(Array(bytes.dropLast(9)), to: path)
        }
        guard case .volume(.corruptGzip) = error else {
            guard case .volume(.truncated) = error else {
                Issue.record("\(error)")
                return
            }
            return
        }
    }

    @Test(arguments: [image, label]) func corruptGzip(path: String) throws {
        let error = try refusal { tree in
            var bytes = try tree.bytes(of: path)
            for i in bytes.count / 2..<min(bytes.count, bytes.count / 2 + 40) { bytes[i] ^= 0x5a }
            try tree.write(bytes, to: path)
        }
        guard case .volume = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func anotherShape() throws {
        let error = try refusal { tree in
            try tree.label(Self.label, [], on: Tree.grid(shape: GridShape(16, 12, 11)))
        }
        guard case .gridMismatch(Self.label, Self.image, .reachesOutside) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.quarantines && CaseOutcome(error).kind == .quarantined)
    }

    @Test func anotherPlace() throws {
        let error = try refusal { tree in
            try tree.label(Self.label, [], on: Tree.grid(shift: Vector3(4, 0, 0)))
        }
        guard case .gridMismatch(_, _, .displaced) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func anotherHandedness() throws {
        let error = try refusal { tree in
            try tree.label(Self.label, [], on: Tree.grid("LAS"))
        }
        guard case .gridMismatch(_, _, .handedness) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func valuesOutsideTheMap() throws {
        let error = try refusal { tree in
            try tree.label(Self.label, [(6, Boxes.liver), (14, Boxes.spleen), (77, Boxes.tumour)])
        }
        #expect(error == .unknownValues(file: Self.label, values: [14, 77]))
        #expect(error.problem.contains("14, 77"))
    }

    @Test(arguments: [0.5 as Float, .nan, .infinity]) func valuesThatAreNoLabels(value: Float) throws {
        let error = try refusal { tree in
            var voxels = [Float](repeating: 0, count: Tree.shape.count)
            voxels[7] = value
            try NIfTIWriter.write(.float32(VoxelBuffer(voxels)), on: Tree.grid(), to: tree.path(Self.label))
        }
        switch error {
        case .volume(.fractionalLabels(_, let values)): #expect(values == [0.5])
        case .volume(.notFinite(_, let voxels)): #expect(voxels == 1 && !value.isFinite)
        default: Issue.record("\(error)")
        }
    }

    @Test func anImageWithNaN() throws {
        let error = try refusal { tree in
            var voxels = (0..<Tree.shape.count).map { Float($0) - 1000 }
            voxels[7] = .nan
            try NIfTIWriter.write(.float32(VoxelBuffer(voxels)), on: Tree.grid(), to: tree.path(Self.image))
        }
        guard case .volume(.notFinite(_, voxels: 1)) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func severalVolumes() throws {
        let error = try patched(40, [4, 0, 16, 0, 12, 0, 5, 0, 2, 0])
        guard case .volume(.severalVolumes) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func colours() throws {
        guard case .volume(.unsupportedType(_, code: 128)) = try patched(70, [128, 0, 24, 0]) else {
            Issue.record("RGB was accepted")
            return
        }
    }

    /// 30000 cubed int16 voxels are 54 TB; no memory may be taken for them.
    @Test func anAbsurdClaim() throws {
        let error = try patched(40, [3, 0, 0x30, 0x75, 0x30, 0x75, 0x30, 0x75])
        guard case .volume(.claimTooLarge(_, dimensions: [30000, 30000, 30000], _)) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test func aHeaderWithoutImage() throws {
        let tree = Tree()
        try tree.image("img/img0001.nii")
        try tree.write(Array(try tree.bytes(of: "img/img0001.nii").prefix(352)), to: "img/img0001.nii")
        try tree.label("label/label0001.nii", [])
        guard case .volume(.truncated)? = importError({ _ = try inspected(tree) }) else {
            Issue.record("a header alone was accepted")
            return
        }
    }

    @Test func thingsThatAreNoImages() throws {
        let things: [(String, (ImagingError) -> Bool)] = [
            (
                "version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
                { if case .lfsPointer = $0 { true } else { false } }
            ),
            ("<!DOCTYPE html><html></html>", { if case .webPage = $0 { true } else { false } }),
            ("", { if case .empty = $0 { true } else { false } }),
            (String(repeating: "x", count: 900), { if case .otherFormat(_, .text) = $0 { true } else { false } }),
        ]
        for (text, fits) in things {
            let error = try refusal { try $0.write(text, to: Self.image) }
            guard case .volume(let inner) = error, fits(inner) else {
                Issue.record("\(error)")
                continue
            }
        }
    }

    @Test func formsThatContradictEachOther() throws {
        let tree = Tree()
        try tree.image("img/img0001.nii", on: Tree.grid(sform: 1, qform: 1))
        try tree.label("label/label0001.nii", [])
        try tree.patch("img/img0001.nii", at: 268, withUnsafeBytes(of: Float(40)) { Array($0) })
        let error = try #require(importError { _ = try inspected(tree) })
        guard case .volume(.formsDisagree) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(error.quarantines)
    }

    @Test func debrisIsSkipped() throws {
        let tree = try Tree.totalSegmentator()
        for name in ["s0001/segmentations/._liver.nii.gz", "s0001/.DS_Store", "__MACOSX/s0001/._ct.nii.gz"] {
            try tree.write([0, 5, 22, 7], to: name)
        }
        let list = try listed(tree)
        #expect(list.cases.map(\.name) == ["s0001", "s0002"] && list.refused.isEmpty)
        #expect(list.cases[0].labels.count == 3)
    }
}
