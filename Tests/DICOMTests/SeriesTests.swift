import DICOM
import Domain
import Foundation
import Glibc
import Imaging
import System
import TestSupport
import Testing

/// Series of slices in folders, and the volumes converted from them.
@Suite struct SeriesTests {
    static let shape = GridShape(16, 12, 10)
    static let spacing = Vector3(2.0, 1.5, 2.5)
    let folder = TemporaryFolder.make("series")
    var cache: SeriesCache { SeriesCache(folder: folder + "/home/converted") }

    static func stack(seed: Int = 0, shape: GridShape = shape) -> DICOMStack {
        let voxels = (0..<shape.count).map { i in
            i % shape.x < 3 ? Int16(-1000) : Int16((i * 7 + i / shape.x * 3 + seed) % 300 - 100)
        }
        return DICOMStack(shape: shape, spacing: spacing, origin: Vector3(-15, -11, -30), voxels: voxels)
    }

    private func write(_ stack: DICOMStack, _ name: String = "scan") throws -> String {
        try stack.write(to: "\(folder)/\(name)")
        return "\(folder)/\(name)"
    }

    private func volume(_ path: String) throws -> ImageVolume {
        let series = try SeriesFolder(path).series { _ in false }
        return try NIfTIReader().readImage(try cache.volume(of: series, digest: try series.digest()))
    }

    private func error(_ body: () throws -> Void) -> DICOMError? {
        do {
            try body()
            return nil
        } catch {
            return error as? DICOMError
        }
    }

    /// A segmentation or a structure set is named as what it is, with the program that converts it.
    @Test(
        arguments: [
            ("1.2.840.10008.5.1.4.1.1.66.4", "segimage2itkimage"),
            ("1.2.840.10008.5.1.4.1.1.66.7", "segimage2itkimage"),
            ("1.2.840.10008.5.1.4.1.1.481.3", "plastimatch"),
        ])
    func aFolderOfLabelsIsNamed(storage: String, program: String) throws {
        let path = "\(folder)/labels"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        var bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        func add(_ element: UInt8, _ text: String) {
            let value = Array(text.utf8) + (text.utf8.count % 2 == 0 ? [] : [0])
            bytes += [2, 0, element, 0] + Array("UI".utf8) + [UInt8(value.count), 0] + value
        }
        add(2, storage)
        add(3, "1.2.3.4")
        add(16, "1.2.840.10008.1.2.1")
        bytes += [8, 0, 0x60, 0] + Array("CS".utf8) + [4, 0] + Array("SEG ".utf8)
        bytes += [0xe0, 0x7f, 0x10, 0] + Array("OW".utf8) + [0, 0, 2, 0, 0, 0, 0, 0]
        try Data(bytes).write(to: URL(filePath: path + "/labels.dcm"))
        let found = try #require(error { _ = try SeriesFolder(path) })
        guard case .labelsOnly = found else {
            Issue.record("\(found)")
            return
        }
        #expect(found.file.hasSuffix("labels.dcm") && found.remedy.contains(program))
    }

    // MARK: - Volumes

    @Test(arguments: [false, true]) func aVolumeHasTheVoxelsAndGridOfItsSlices(isScattered: Bool) throws {
        var stack = Self.stack()
        stack.isScattered = isScattered
        let found = try volume(try write(stack))
        #expect(found.shape == Self.shape)
        guard case .int16(let voxels) = found.voxels else {
            Issue.record("Hounsfield units are whole numbers")
            return
        }
        #expect(voxels.withVoxels { Array($0) } == stack.voxels)
        let expected = Affine.scaling(Self.spacing, origin: stack.origin)
        #expect(found.grid.canonicalAffine.largestCornerDisplacement(to: expected, shape: Self.shape) < 1e-3)
    }

    @Test func anImplicitHeaderIsRead() throws {
        var stack = Self.stack()
        stack.isImplicit = true
        #expect(try volume(try write(stack)).shape == Self.shape)
    }

    @Test func aTiltedGantryGivesAShearedGrid() throws {
        var stack = Self.stack()
        stack.tilt = 0.2
        let found = try volume(try write(stack))
        #expect(found.voxels.floats == stack.voxels.map(Float.init))
        let shear = found.file.findings.compactMap { finding -> Double? in
            if case .sheared(let cosine) = finding { cosine } else { nil }
        }
        #expect(shear.count == 1 && abs(shear[0] - sin(0.2)) < 1e-3)
        #expect(found.file.findings.first?.description.contains("11.5 degrees") == true)
    }

    @Test func theVolumeIsConvertedOnce() throws {
        let path = try write(Self.stack())
        let series = try SeriesFolder(path).series[0]
        let digest = try series.digest()
        let file = try cache.volume(of: series, digest: digest)
        #expect(file == cache.path(of: digest) && cache.contents == [digest])
        let first = try Data(contentsOf: URL(filePath: file))
        try FileManager.default.removeItem(atPath: file)
        #expect(try cache.volumeFile(at: path, digest: digest) == file)
        #expect(try Data(contentsOf: URL(filePath: file)) == first)
        try FileManager.default.removeItem(atPath: path)
        #expect(try cache.volumeFile(at: path, digest: digest) == file, "a converted volume is kept without its slices")
        #expect(try FileManager.default.contentsOfDirectory(atPath: cache.folder).count == 1)
    }

    @Test func unusedVolumesAreSwept() throws {
        let series = try SeriesFolder(try write(Self.stack())).series[0]
        let digest = try series.digest()
        let file = try cache.volume(of: series, digest: digest)
        let later = Int(Date().timeIntervalSince1970) + 60
        #expect(cache.sweep(keeping: [], writtenBefore: later - 3600).isEmpty)
        #expect(cache.sweep(keeping: [digest], writtenBefore: later).isEmpty)
        #expect(cache.sweep(keeping: [], writtenBefore: later) == [file] && cache.contents.isEmpty)
    }

    /// Whatever the umask is.
    @Test func filesOfAGroupAreSharedWithIt() throws {
        let series = try SeriesFolder(try write(Self.stack())).series[0]
        let cache = SeriesCache(folder: folder + "/shared/converted", access: .group(getegid()))
        var status = stat()
        let file = try cache.volume(of: series, digest: try series.digest())
        #expect(stat(file, &status) == 0 && status.st_mode & 0o7777 == 0o660)
        for path in ["/shared", "/shared/converted"] {
            #expect(stat(folder + path, &status) == 0 && status.st_mode & 0o7777 == 0o2770)
        }
    }

    @Test func onlyConversionsThatNobodyRunsAreRemoved() throws {
        let (idle, busy) = (cache.folder + "/.converting-idle", cache.folder + "/.converting-busy")
        for path in [idle, busy] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        let lock = open(busy, O_RDONLY | O_CLOEXEC)
        #expect(flock(lock, LOCK_EX) == 0)
        let found = cache.removeIdleConversions()
        #expect(found.removed == [idle] && found.running == [busy] && found.foreign.isEmpty)
        close(lock)
        #expect(cache.removeIdleConversions().removed == [busy])
    }

    // MARK: - Which series

    @Test func theDigestIsIndependentOfFileNames() throws {
        let path = try write(Self.stack())
        let digest = try SeriesFolder(path).series[0].digest()
        let first = "\(path)/i0000,0000b.dcm"
        try FileManager.default.moveItem(atPath: first, toPath: "\(path)/zz.dcm")
        #expect(try SeriesFolder(path).series(digest: digest).count == 10)
        var bytes = try Data(contentsOf: URL(filePath: "\(path)/zz.dcm"))
        bytes[bytes.count - 1] ^= 1
        try bytes.write(to: URL(filePath: "\(path)/zz.dcm"))
        #expect(error { _ = try SeriesFolder(path).series(digest: digest) } == .seriesGone(folder: path))
    }

    @Test func oneOfSeveralSeriesIsChosenOrRefused() throws {
        var other = Self.stack(seed: 5, shape: GridShape(16, 12, 7))
        (other.number, other.series) = (4, "1.2.3.4")
        let path = try write(Self.stack(), "study/first")
        try other.write(to: folder + "/study/second")
        try Data("a note".utf8).write(to: URL(filePath: folder + "/study/readme.txt"))
        let found = try SeriesFolder(folder + "/study")
        #expect(found.series.map(\.count) == [10, 7])
        #expect(try found.series { $0.count == 7 }.count == 7)
        let unclear = error { _ = try found.series { _ in false } }
        #expect(
            unclear
                == .seriesUnclear(
                    folder: folder + "/study", candidates: ["series 3 (16x12x10)", "series 4 (16x12x7)"]))
        #expect(unclear?.remedy == "keep only the wanted series in the folder")
        #expect(try SeriesFolder(path).series.count == 1)
    }

    // MARK: - Refused input

    @Test func aMissingSliceIsNamed() throws {
        var stack = Self.stack()
        stack.missing = [4]
        let path = try write(stack)
        #expect(
            error { _ = try volume(path) }
                == .unevenSlices(folder: path, reason: "a gap of 5.0 mm instead of 2.5 mm"))
    }

    @Test func damagedAndForeignFilesAreNamed() throws {
        let path = try write(Self.stack())
        let slice = "\(path)/i0003,0000b.dcm"
        let whole = try Data(contentsOf: URL(filePath: slice))
        try whole.prefix(300).write(to: URL(filePath: slice))
        #expect(error { _ = try SeriesFolder(path) } == .notDICOM(file: slice))
        try Data("<html>".utf8).write(to: URL(filePath: slice))
        #expect(error { _ = try SeriesFolder(path) } == .notDICOM(file: slice))
        let empty = TemporaryFolder.make("empty")
        #expect(error { _ = try SeriesFolder(empty) } == .noSlices(folder: empty))
    }

    @Test func theMissingConverterIsNamedWithItsPackage() throws {
        let path = try write(Self.stack())
        let series = try SeriesFolder(path).series[0]
        let cache = SeriesCache(
            folder: folder + "/none", converter: SeriesConverter(program: "/nowhere/dcm2niix"))
        let found = error { _ = try cache.volume(of: series, digest: try series.digest()) }
        #expect(found == .converterMissing(folder: path, package: "dcm2niix"))
        #expect(found?.remedy == "apt-get install dcm2niix")
    }

    /// A converter that fails, one that writes nothing, and one that does not end.
    @Test(arguments: ["exit 3", "exit 0", "exec sleep 600"]) func aConverterWithoutAVolumeIsReported(script: String)
        throws
    {
        let path = try write(Self.stack())
        let program = folder + "/program"
        // Written by a shell: a program cannot be run while a process started by another thread has it open for
        // writing.
        let written = try ChildProcess.run(
            "/bin/sh", ["-c", "printf '#!/bin/sh\n%s\n' \"$1\" > \"$2\" && chmod 755 \"$2\"", "sh", script, program])
        #expect(written.status == 0)
        let series = try SeriesFolder(path).series[0]
        let cache = SeriesCache(
            folder: folder + "/none", converter: SeriesConverter(program: program, seconds: 1))
        let found = error { _ = try cache.volume(of: series, digest: try series.digest()) }
        switch script {
        case "exit 3": #expect(found == .converterFailed(folder: path, status: 3))
        case "exit 0": #expect(found == .conversionDiffers(folder: path, reason: "it made no volume"))
        default: #expect(found == .converterTimedOut(folder: path, seconds: 1))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/none").isEmpty)
    }

    // MARK: - Patient data

    @Test func theVolumeContainsNoPatientData() throws {
        let path = try write(Self.stack())
        let series = try SeriesFolder(path).series[0]
        let file = try cache.volume(of: series, digest: try series.digest())
        #expect(try ChildProcess.run("/bin/gzip", ["-dkf", file]).status == 0)
        let text = String(decoding: try Data(contentsOf: URL(filePath: String(file.dropLast(3)))), as: UTF8.self)
        for secret in ["DOE", "JANE", "P4711", "1.2.826", "Elsewhere", "2001", "1950"] {
            #expect(!text.contains(secret), "\(secret)")
        }
    }

    @Test func identifiersLeaveOnlyAsSaltedHashes() throws {
        let found = try SeriesFolder(try write(Self.stack())).series[0].identifiers
        var text = "\(found) \(String(reflecting: found))"
        dump(found, to: &text)
        for secret in ["P4711", "1.2.826"] { #expect(!text.contains(secret)) }
        let (salt, pepper) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
        let hashed = found.hashed(salt: salt)
        #expect(hashed == found.hashed(salt: salt) && hashed.patient != found.hashed(salt: pepper).patient)
        #expect(Set([hashed.patient, hashed.study, hashed.series]).count == 3)
    }

    @Test(arguments: ["ANONYMOUS", "0000", "", "1111", "X1"]) func commonIdentifiersIdentifyNoPatient(patient: String)
        throws
    {
        var stack = Self.stack()
        stack.patient = patient
        let found = try SeriesFolder(try write(stack)).series[0].identifiers.hashed(salt: [])
        #expect(found.patient == nil && found.study != nil)
    }
}
