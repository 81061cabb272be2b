import Domain
import Foundation
import Imaging
import TestSupport
import Testing

/// Byte orders, types, scaling, units, members and extensions.
struct ReaderTests {
    let folder = ScratchFolder()
    let reader = NIfTIReader()

    private func image(_ raw: RawNIfTI) throws -> ImageVolume {
        try reader.readImage(try folder.write(raw.bytes, "x.nii"))
    }

    private func isInt16(_ image: ImageVolume) -> Bool { if case .int16 = image.voxels { true } else { false } }

    @Test func bothByteOrdersAndAllTypesAreOneVolume() throws {
        var seen = Set<VolumeIdentity>()
        for bigEndian in [false, true] {
            for type in VoxelType.allCases {
                var raw = RawNIfTI([5, 4, 3], type: type, bigEndian: bigEndian)
                switch type.size {
                case _ where type == .float32: raw.append((0..<60).map(Float.init))
                case _ where type == .float64: raw.append((0..<60).map(Double.init))
                case 1: raw.append(Array(UInt8(0)..<60))
                case 2: raw.append(Array(Int16(0)..<60))
                case 4: raw.append(Array(Int32(0)..<60))
                default: raw.append(Array(Int64(0)..<60))
                }
                seen.insert(try image(raw).identity())
            }
        }
        #expect(seen.count == 1)
    }

    @Test func scalingAppliesOnlyWithASlope() throws {
        var raw = RawNIfTI([5, 4, 3], type: .uint16)
        raw.append(Array(UInt16(0)..<60))
        raw.set(112, Float(0))
        raw.set(116, Float(-1024))
        #expect(try image(raw).statistics.minimum == 0)
        raw.set(112, Float(1))
        let shifted = try image(raw)
        #expect(shifted.statistics.minimum == -1024 && isInt16(shifted) && !shifted.statistics.lacksAir)
        raw.set(112, Float(0.25))
        let fractions = try image(raw)
        #expect(!isInt16(fractions) && fractions.voxels[1] == -1023.75)
        raw.set(112, Float(100000))
        guard case .int32 = try image(raw).voxels else {
            Issue.record("whole numbers beyond 16 bits are int32")
            return
        }
    }

    @Test func nearlyWholeValuesAreRounded() throws {
        var raw = RawNIfTI([5, 4, 3], type: .float32)
        raw.append((0..<60).map { Float($0) + 0.0009 })
        #expect(isInt16(try image(raw)))
        raw.set(352, Float(0.002))
        #expect(!isInt16(try image(raw)))
    }

    @Test func unitsAreConverted() throws {
        var raw = RawNIfTI([5, 4, 3], type: .int16)
        raw.append(Array(Int16(0)..<60))
        raw.bytes[123] = 3
        let micrometres = try image(raw)
        #expect(micrometres.file.findings.contains(.unitConverted(factor: 0.001)))
        #expect(abs(micrometres.spacing.x - 0.001) < 1e-12)
    }

    @Test func missingFormsAreAFinding() throws {
        var raw = RawNIfTI([5, 4, 3], type: .int16)
        raw.append(Array(Int16(0)..<60))
        raw.set(254, Int16(0))
        let guessed = try image(raw)
        #expect(guessed.file.findings == [.noOrientation] && guessed.grid.orientation.description == "LAS")
    }

    @Test func gzipOfSeveralMembersIsOneFile() throws {
        var raw = RawNIfTI([5, 4, 3], type: .int16)
        raw.append(Array(Int16(0)..<60))
        let expected = try image(raw).identity()
        var joined: [UInt8] = []
        for part in [raw.bytes[..<100], raw.bytes[100..<400], raw.bytes[400...]] {
            let path = try folder.write(Array(part), "part")
            #expect(try ChildProcess.run("/bin/gzip", ["-f", path]).status == 0)
            joined += try Data(contentsOf: URL(fileURLWithPath: path + ".gz"))
        }
        #expect(try reader.readImage(try folder.write(joined, "x.nii.gz")).identity() == expected)
    }

    @Test func labelTableIsWrittenAndRead() throws {
        let table = [LabelTableEntry(key: 5, name: "liver"), LabelTableEntry(key: 90, name: "brain")]
        let path = folder.file("labels.nii.gz")
        let values = VoxelBuffer((0..<60).map { UInt8($0 % 6) })
        try NIfTIWriter.write(.uint8(values), on: SmallGrid.stored(as: .ras), to: path, labelTable: table)
        let labels = try reader.readLabels(path)
        #expect(labels.file.header.labelTable == table)
        #expect(labels.file.header.voxelOffset % 16 == 0)
        #expect(labels.regions.map(\.value) == [1, 2, 3, 4, 5])
        #expect(labels.regions.allSatisfy { $0.voxels == 10 })
    }

    @Test func largeAndNegativeLabelsAreKept() throws {
        var raw = RawNIfTI([5, 4, 3], type: .float32)
        raw.append([-1, 300, 70000] + [Float](repeating: 0, count: 57))
        let labels = try reader.readLabels(try folder.write(raw.bytes, "x.nii"))
        #expect(labels.regions.map(\.value) == [-1, 300, 70000])
        #expect(labels.mask(of: [300, 70000]).population == 2)
    }

    @Test func volumesOutliveTheReadersNextFile() throws {
        var raw = RawNIfTI([5, 4, 3], type: .int16)
        raw.append(Array(Int16(0)..<60))
        let first = try image(raw)
        let before = first.identity()
        for start in 1..<5 {
            var other = RawNIfTI([5, 4, 3], type: .int16)
            other.append(Array(Int16(start)..<60 + Int16(start)))
            #expect(try image(other).identity() != before)
        }
        #expect(first.identity() == before)
    }
}
