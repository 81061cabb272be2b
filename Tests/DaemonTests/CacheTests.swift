import Foundation
import Glibc
import TestSupport
import Testing

extension DaemonTests {
    /// The cache of a real daemon: purged with its subject, and checked before it is trained on.
    @Suite struct CacheTests {
        private func cached(_ place: Place) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: place.cache).sorted()
        }

        /// The name of a training subject, and the checksum of its image.
        private func subject(_ place: Place) async throws -> (name: String, image: String) {
            let subjects = try await place.rows("subject", "list", "--dataset", "internal")
            let name = try #require(subjects.first?["name"] as? String)
            let image = try await place.ask(
                """
                select encode(s.file_sha256, 'hex') from lacuna.source s join lacuna.volume v on v.id = s.volume_id
                join lacuna.subject j on j.id = v.subject_id where j.name = '\(name)'
                """)[0]
            return (name, image)
        }

        @Test func aPurgeReachesTheCacheAndTheNextStartRemovesTheRest() async throws {
            try await World.with { place in
                let first = try await place.daemon()
                #expect(first.status == 0, "\(first.errors)")
                let (name, image) = try await subject(place)
                let file = try #require(try cached(place).first { $0.hasPrefix(image) && $0.hasSuffix(".volume") })
                let elsewhere = "\(place.folder)/elsewhere.volume"
                try FileManager.default.copyItem(atPath: "\(place.cache)/\(file)", toPath: elsewhere)
                try await place.succeeds("subject", "remove", name, "--yes", "--reason", "consent")
                let found = try await place.lacuna("verify", "--json")
                let orphans = try found.rows().filter { $0["kind"] as? String == "orphan" }
                #expect(orphans.compactMap { $0["what"] as? String } == ["cached", "cached"], "image and labels")
                #expect(orphans.compactMap { $0["bytes"] as? Int }.allSatisfy { $0 > 0 })

                let purged = try await place.lacuna("subject", "purge", name, "--yes", "--reason", "consent", "--json")
                #expect(purged.status == 0, "\(purged.errors)")
                #expect(try !cached(place).contains { $0.hasPrefix(image) } && !cached(place).isEmpty)
                let report = try purged.object()
                let kinds = Set((report["holders"] as? [[String: Any]] ?? []).compactMap { $0["kind"] as? String })
                #expect(kinds.isSuperset(of: ["checkpoint", "derived pseudo label"]), "\(kinds)")
                let certificate = try String(
                    contentsOfFile: try #require(report["certificateText"] as? String), encoding: .utf8)
                #expect(certificate.contains(file) && certificate.contains("network of round r/0"), "\(certificate)")

                // A copy that the purge could not reach, such as one on another machine.
                try FileManager.default.moveItem(atPath: elsewhere, toPath: "\(place.cache)/\(file)")
                var run = RunFile()
                run.name = "later"
                let second = try await place.daemon(run)
                #expect(second.status == 0, "\(second.errors)")
                #expect(second.errors.contains("removed from the cache: 1 of purged images"), "\(second.errors)")
                #expect(try !cached(place).contains(file))
            }
        }

        @Test func aFlippedByteIsNoticedBeforeTraining() async throws {
            try await World.with { place in
                let first = try await place.daemon()
                #expect(first.status == 0, "\(first.errors)")
                let image = try await subject(place).image
                let name = try #require(try cached(place).first { $0.hasPrefix(image) && $0.hasSuffix(".volume") })
                let path = "\(place.cache)/\(name)"
                let whole = try Data(contentsOf: URL(filePath: path))
                var damaged = whole
                damaged[damaged.count / 2] ^= 1
                try damaged.write(to: URL(filePath: path))
                #expect(chmod(path, 0o600) == 0)
                let verified = try await place.lacuna("verify", "--read-data", "--json")
                #expect(verified.status == 6)
                #expect(try verified.rows().compactMap { $0["file"] as? String } == [path])
                var run = RunFile()
                run.name = "later"
                let second = try await place.daemon(run)
                #expect(second.status == 0, "\(second.errors)")
                #expect(second.errors.contains("\(path) is not what was cached"), "\(second.errors)")
                #expect(second.errors.contains("the bytes do not match their checksum"))
                #expect(try Data(contentsOf: URL(filePath: path)) == whole)
                #expect(try await place.lacuna("verify", "--read-data").status == 0)
            }
        }

        /// Each round has labels of its own; those with the pseudo labels of rounds before are removed.
        @Test func labelsAreCachedOncePerVolumeAndMadeAgainWhereTheyAreDamaged() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let labels = try cached(place).filter { $0.hasSuffix(".labels") }
                let perImage = Dictionary(grouping: labels) { $0.prefix(64) }.mapValues(\.count)
                #expect(perImage.count >= 6 && perImage.values.allSatisfy { $0 <= 2 }, "with and without pseudo labels")

                var run = RunFile.long
                run.name = "long"
                let before = try await endedWhileTraining(place, run)
                #expect(!before.contains("made again"), "\(before)")
                let name = try #require(try cached(place).first { $0.hasSuffix(".labels") })
                let path = "\(place.cache)/\(name)"
                let whole = try Data(contentsOf: URL(filePath: path))
                for cut in [whole.count / 2, 70] {
                    var damaged = whole
                    damaged[cut] ^= 1
                    try damaged.prefix(cut == 70 ? cut : whole.count).write(to: URL(filePath: path))
                    #expect(chmod(path, 0o600) == 0)
                    #expect(try await place.lacuna("verify", "--read-data").status == 6)
                    let errors = try await endedWhileTraining(place, run)
                    #expect(errors.contains("\(path) ") && errors.contains("it is removed and made again"), "\(errors)")
                    #expect(try Data(contentsOf: URL(filePath: path)) == whole)
                }
            }
        }

        @Test func theCacheIsShownCheckedAndCleared() async throws {
            try await World.with { place in
                #expect(try await place.daemon().status == 0)
                let files = try cached(place)
                let status = try #require(try await place.rows("cache", "status").first)
                #expect(status["images"] as? Int == files.count { $0.hasSuffix(".volume") })
                #expect(status["labels"] as? Int == files.count { $0.hasSuffix(".labels") })
                #expect(status["folder"] as? String == place.cache)
                #expect(try await place.lacuna("cache", "verify").status == 0)

                let path = "\(place.cache)/\(try #require(files.last))"
                var damaged = try Data(contentsOf: URL(filePath: path))
                damaged[damaged.count - 1] ^= 1
                try damaged.write(to: URL(filePath: path))
                #expect(chmod(path, 0o600) == 0)
                #expect(FileManager.default.createFile(atPath: "\(place.cache)/notes.txt", contents: nil))
                let verified = try await place.lacuna("cache", "verify", "--json")
                #expect(verified.status == 6)
                let problems = try verified.rows().compactMap { $0["problem"] as? String }.sorted()
                let expected = [
                    "is not what was cached: the bytes do not match their checksum", "lacunad did not write it",
                ]
                #expect(problems == expected)

                var run = RunFile.long
                run.name = "long"
                let daemon = try place.startDaemon(run)
                try await awaitsCheckpoint(place)
                let cleared = try #require(try await place.rows("cache", "clear").first)
                #expect(cleared["foreign"] as? Int == 1 && (cleared["inUse"] as? Int ?? 0) >= 12, "\(cleared)")
                daemon.signal(SIGTERM)
                #expect(await daemon.end().status == 130)
                try await place.succeeds("cache", "clear")
                #expect(try cached(place) == ["notes.txt"])
            }
        }

        /// Returns once the run long has one checkpoint more: all of its volumes are mapped then.
        private func awaitsCheckpoint(_ place: Place) async throws {
            let count = """
                select count(*) from lacuna.checkpoint c join lacuna.round r on r.id = c.round_id
                join lacuna.run n on n.id = r.run_id where n.name = 'long'
                """
            let before = try await place.number(count)
            try await awaits("a checkpoint of the run long") {
                try await Task.sleep(for: .milliseconds(50))
                return try await place.number(count) > before
            }
        }

        /// What a daemon reports that is stopped after a step.
        private func endedWhileTraining(_ place: Place, _ run: RunFile) async throws -> String {
            let daemon = try place.startDaemon(run)
            try await awaitsCheckpoint(place)
            daemon.signal(SIGTERM)
            let ending = await daemon.end()
            #expect(ending.status == 130, "\(ending.errors)")
            return ending.errors
        }

        @Test func theCacheIsPrivateAndOneThatOthersMayWriteIsRefused() async throws {
            try await World.with { place in
                #expect(mkdir(place.cache, 0o700) == 0 && chmod(place.cache, 0o777) == 0)
                #expect(FileManager.default.createFile(atPath: "\(place.cache)/x", contents: nil))
                let refused = try await place.daemon()
                #expect(refused.status == 5, "\(refused.errors)")
                #expect(refused.errors.contains("other users may write to the folder (mode 0777)"))
                #expect(refused.errors.contains("file: \(place.cache)\n"))
                #expect(refused.errors.contains("remedy: check what is in it, then chmod go-w"))
                #expect(chmod(place.cache, 0o700) == 0)
                if geteuid() == 0 {
                    #expect(chown(place.cache, 65534, 65534) == 0)
                    let foreign = try await place.daemon()
                    #expect(foreign.status == 5 && foreign.errors.contains("the folder belongs to nobody"))
                    #expect(chown(place.cache, 0, 0) == 0)
                }
                #expect(try await place.daemon().status == 0)
                for name in try cached(place) where name != "x" {
                    var status = stat()
                    #expect(stat("\(place.cache)/\(name)", &status) == 0 && status.st_mode & 0o777 == 0o600)
                }
                let verified = try await place.lacuna("verify", "--json")
                #expect(try verified.rows().map { "\($0["kind"] ?? "")" } == ["stray"], "the foreign file is named")
            }
        }

        @Test func aCacheThatIsRemovedWhileARunUsesItIsMadeAgain() async throws {
            try await World.with { place in
                let daemon = try place.startDaemon()
                #expect(await daemon.reports("round 0: held-out"))  // all images are cached
                try FileManager.default.moveItem(atPath: place.cache, toPath: "\(place.folder)/removed")
                let ending = await daemon.end()
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(try !cached(place).isEmpty)
                try await WholeRun.expect(sameAs: place, "with a new cache")
            }
        }

        /// With room for no image, each is removed when the next needs room, unless the run has it mapped.
        @Test func aFullCacheDoesNotBreakTheRun() async throws {
            try await World.with { place in
                var run = RunFile()
                run.daemon = "cacheGigabytes: 0"
                let ending = try await place.daemon(run)
                #expect(ending.status == 0, "\(ending.errors)")
                try await WholeRun.expect(sameAs: place, "with a full cache")
            }
        }
    }
}
