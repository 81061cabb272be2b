import Domain
import Foundation
import Glibc
import Imaging
import System
import TestSupport
import Testing

/// Raw voxels on disk: checked, private, bounded.
@Suite struct VolumeCacheTests {
    private let folder = TemporaryFolder.make()
    private var cache: VolumeCache { VolumeCache(folder: folder) }

    private func name(_ n: Int) -> String { String(repeating: "\(n)", count: 64) + "-8x8x4" }

    private func store(_ n: Int, usedAt time: Int? = nil) throws {
        let voxels = (0..<256).map { Int16($0 + n) }
        try cache.store(
            .int16(VoxelBuffer(voxels)), shape: GridShape(8, 8, 4), spacing: Vector3(1, 1, 1),
            intensities: SmallGrid.intensities, as: name(n))
        guard let time else { return }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: Double(time))], ofItemAtPath: path(n))
    }

    private func path(_ n: Int) -> String { "\(folder)/\(name(n)).volume" }

    private func flip(_ offset: Int, _ n: Int) throws {
        var bytes = try Data(contentsOf: URL(filePath: path(n)))
        bytes[offset] ^= 1
        try bytes.write(to: URL(filePath: path(n)))
    }

    @Test(arguments: [9, 40, 63, 64, 111, 127, 128, 159, 160, 192, 300, 703])
    func aFlippedBitIsFoundWhenTheFileIsMapped(offset: Int) throws {
        try store(1)
        #expect(try cache.open(name(1)) != nil)
        try flip(offset, 1)
        #expect(throws: ImagingError.self) { try cache.open(name(1)) }
        let entry = try #require(try cache.entries().first)
        #expect(cache.problem(of: entry, readsVoxels: true) != nil)
    }

    @Test func anotherVersionOfTheFormatIsNamed() throws {
        try store(1)
        try flip(3, 1)
        let error = #expect(throws: ImagingError.self) { try cache.open(name(1)) }
        let problem = "it has the version LVC5 of the format, and this program reads LVC4"
        #expect(error?.description.contains(problem) == true)
    }

    /// Files are not made durable: of some the last bytes are missing, or zeros.
    @Test(arguments: [0, 100, 191, 192, 500, 703], [false, true])
    func whatAPowerFailureLeavesIsRefused(kept: Int, isFilled: Bool) throws {
        try store(1)
        let whole = try Data(contentsOf: URL(filePath: path(1)))
        #expect(whole.count == 704)
        let rest = isFilled ? Data(count: whole.count - kept) : Data()
        try (whole.prefix(kept) + rest).write(to: URL(filePath: path(1)))
        #expect(throws: ImagingError.self) { try cache.open(name(1)) }
    }

    @Test func aFileThatWasJustWrittenIsNotReadAgain() throws {
        try store(1)
        try [UInt8](repeating: 7, count: 64).withUnsafeBytes { try cache.storeLabels([$0], as: name(1)) }
        try flip(300, 1)
        #expect(try cache.open(name(1), isChecked: false)?.shape == GridShape(8, 8, 4))
        let labels = try #require(try cache.openLabels(name(1), isChecked: false))
        withExtendedLifetime(labels) { #expect(Array(labels.payload) == Array(repeating: 7, count: 64)) }
    }

    /// Labels and images of volumes of one shape must not be exchanged.
    @Test func aFileWithTheNameOfAnotherIsRefused() throws {
        for number in 1...2 {
            try store(number)
            try [UInt8](repeating: UInt8(number), count: 64).withUnsafeBytes {
                try cache.storeLabels([$0], as: name(number))
            }
        }
        for ending in ["volume", "labels"] {
            let paths = (1...2).map { "\(folder)/\(name($0)).\(ending)" }
            try FileManager.default.removeItem(atPath: paths[1])
            try FileManager.default.moveItem(atPath: paths[0], toPath: paths[1])
        }
        #expect(throws: ImagingError.self) { try cache.open(name(2)) }
        #expect(throws: ImagingError.self) { try cache.openLabels(name(2)) }
        #expect(try cache.open(name(1)) == nil)
    }

    @Test func filesArePrivateAndLinksAreNotFollowed() throws {
        try store(1)
        let mode = try FileManager.default.attributesOfItem(atPath: path(1))[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try FileManager.default.moveItem(atPath: path(1), toPath: "\(folder)/elsewhere")
        try FileManager.default.createSymbolicLink(atPath: path(1), withDestinationPath: "\(folder)/elsewhere")
        #expect(throws: ImagingError.self) { try cache.open(name(1)) }
        #expect(try cache.entries().map(\.kind) == [.foreign, .foreign])
    }

    @Test func aFileThatOthersMayWriteIsRefused() throws {
        try store(1)
        #expect(chmod(path(1), 0o666) == 0)
        #expect(throws: ImagingError.self) { try cache.open(name(1)) }
        let shared = VolumeCache(folder: folder, access: .group(getegid()))
        #expect(throws: ImagingError.self) { try shared.open(name(1)) }
        #expect(chmod(path(1), 0o660) == 0)
        #expect(throws: ImagingError.self) { try cache.open(name(1)) }
        #expect(try shared.open(name(1)) != nil)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to give a file away"))
    func aFileOfAnotherOwnerIsRefused() throws {
        try store(1)
        #expect(chown(path(1), 65534, 65534) == 0)
        #expect(throws: ImagingError.self) { try cache.open(name(1)) }
    }

    @Test func theLeastRecentlyUsedGoFirstAndMappedOnesStay() throws {
        for n in 1...4 { try store(n, usedAt: 1_000_000 + n) }
        var mapped = try cache.open(name(1))
        _ = try cache.open(name(2))
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: path(1))
        // 704 bytes each: room for two and the new one.
        let removed = try cache.makeRoom(for: 704, limit: 3 * 704)
        #expect(removed.map(\.path) == [path(3), path(4)])
        let more = try cache.makeRoom(for: 704, limit: 0)
        #expect(more.map(\.path) == [path(2)], "a mapped file is kept whatever the limit")
        let entry = try #require(try cache.entries().first)
        #expect(cache.remove(entry) == .inUse)
        withExtendedLifetime(mapped) {}
        mapped = nil
        #expect(cache.remove(entry) == .removed)
        #expect(try cache.entries().isEmpty)
    }

    @Test func unfinishedAndForeignFilesAreDistinguished() throws {
        try store(1)
        for name in ["\(name(2)).abc-1.part", "notes.txt"] {
            #expect(FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil))
        }
        #expect(try cache.entries().map(\.kind) == [.volume, .unfinished, .foreign])
        #expect(try cache.entries().map { $0.source != nil } == [true, true, false])
    }
}
