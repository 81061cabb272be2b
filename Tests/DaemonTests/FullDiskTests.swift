import Foundation
import TestSupport
import Testing

extension DaemonTests {
    @Suite(.needsMounting()) struct FullDiskTests {
        @Test func objectsThatFindNoRoomStopTheRunUntilThereIs() async throws {
            try await withSmallDisk(megabytes: 4) { disk in
                try await World.with { place in
                    let before = try await place.annotations()
                    let objects = "\(disk.path)/objects"
                    try FileManager.default.moveItem(atPath: place.objects, toPath: objects)
                    try FileManager.default.createSymbolicLink(atPath: place.objects, withDestinationPath: objects)
                    disk.fill()
                    let ending = try await place.daemon()
                    #expect(ending.status == 7, "\(ending.errors)")
                    #expect(ending.errors.contains("no space is left"))
                    #expect(ending.errors.contains("file: \(place.objects)"))
                    #expect(ending.errors.contains("remedy: free space"))
                    try await place.expectInvariants(annotations: before, "with a full disk")
                    disk.empty()
                    let again = try await place.daemon()
                    #expect(again.status == 0, "\(again.errors)")
                    try await WholeRun.expect(sameAs: place, "after room was made")
                }
            }
        }

        @Test func aCacheThatFindsNoRoomIsNamed() async throws {
            try await withSmallDisk(megabytes: 4) { disk in
                try await World.with { place in
                    try FileManager.default.createSymbolicLink(atPath: place.cache, withDestinationPath: disk.path)
                    disk.fill()
                    let ending = try await place.daemon()
                    #expect(ending.status == 7, "\(ending.errors)")
                    #expect(ending.errors.contains("No space left"))
                    #expect(ending.errors.contains("file: \(place.cache)"))
                    disk.empty()
                    #expect(try await place.daemon().status == 0)
                }
            }
        }
    }
}
