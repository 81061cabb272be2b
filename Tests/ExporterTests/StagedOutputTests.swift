import Exporters
import Foundation
import TestSupport
import Testing

@Suite struct StagedOutputTests {
    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func whatKilledExportsLeftIsRemovedAndWhatRunningOnesWriteIsKept() async throws {
        try await withTemporaryFolder { folder in
            for name in [".set.4711-1.part", ".other.4711-1.part", ".set.notes"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/\(name)/labelsTr", withIntermediateDirectories: true)
            }
            let first = try StagedOutput(target: folder + "/set")
            let kept = try names(folder)
            #expect(!kept.contains(".set.4711-1.part"))
            #expect(kept.contains(".other.4711-1.part") && kept.contains(".set.notes"))
            let second = try StagedOutput(target: folder + "/set/")
            #expect(FileManager.default.fileExists(atPath: first.folder))
            try first.write("text", as: "file.txt")
            try first.publish()
            second.discard()
            #expect(try names(folder) == [".other.4711-1.part", ".set.notes", "set"])
        }
    }
}
