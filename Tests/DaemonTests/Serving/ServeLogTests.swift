import Foundation
import Glibc
import TestSupport
import Testing

extension ServiceTests {
    /// Everything that `lacunad serve` writes on standard error is a log line.
    @Suite struct ServeLogTests {
        /// A daemon with much to warn of: an organ without annotations, damaged files of the cache, and folders that others may read.
        private func warnings(_ format: String, _ place: Place) async throws -> String {
            let first = try await place.daemon()
            try #require(first.status == 0, "\(first.errors)")
            for name in try FileManager.default.contentsOfDirectory(atPath: place.cache) {
                try damage("\(place.cache)/\(name)")
            }
            var file = RunFile()
            file.organs = "[liver, spleen, stomach, brain]"
            try await place.createSchedule("night", file)
            try await place.succeeds("schedule", "run-now", "night")
            for folder in [place.objects, place.cache] { try #require(chmod(folder, 0o755) == 0) }
            let daemon = try place.serve("--log-format", format, "--metrics-port", "0")
            try await place.awaitsTick("done", of: "night")
            await daemon.stops()
            for text in [
                "could be read by other users", "organ annotated in no training volume",
                "damaged file of the cache made again",
                "metrics served",
            ] { #expect(daemon.text.contains(text), "\(text): \(daemon.text)") }
            return daemon.text
        }

        private func damage(_ path: String) throws {
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes[bytes.count / 2] ^= 1
            try #require(chmod(path, 0o600) == 0)
            try bytes.write(to: URL(filePath: path))
        }

        @Test func warningsAreJSONObjects() async throws {
            try await World.with { place in
                let text = try await warnings("json", place)
                for line in text.split(separator: "\n") { expectObject(line) }
            }
        }

        @Test func warningsArePairsOfKeysAndValues() async throws {
            try await World.with { place in
                let text = try await warnings("logfmt", place)
                for line in text.split(separator: "\n") { expectPairs(line) }
            }
        }

        @Test func theErrorThatEndsTheDaemonIsALine() async throws {
            try await World.with { place in
                let ending = try await place.serve(settings: "leaseSecond: 1", "--log-format", "json").end()
                #expect(ending.status == 3)
                let lines = ending.errors.split(separator: "\n")
                #expect(lines.count == 1, "\(ending.errors)")
                for line in lines { expectObject(line) }
                #expect(ending.errors.contains("daemon.leaseSecond is not a key"), "\(ending.errors)")
            }
        }

        private func expectObject(_ line: Substring) {
            let object = try? JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            #expect(object?["time"] != nil && object?["level"] != nil && object?["message"] != nil, "\(line)")
        }

        private func expectPairs(_ line: Substring) {
            let value = #/[a-zA-Z-]+=("(\\.|[^"\\])*"|[!#-<>-\[\]-~]+)/#
            var rest = line
            while let pair = rest.prefixMatch(of: value) {
                rest = rest[pair.range.upperBound...]
                guard rest.first == " " else { break }
                rest = rest.dropFirst()
            }
            #expect(rest.isEmpty && line.hasPrefix("time="), "\(line)")
        }
    }
}
