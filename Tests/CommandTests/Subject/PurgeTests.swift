import Domain
import Foundation
import Imaging
import Phantoms
import Postgres
import TestSupport
import Testing

/// A purge destroys every copy of the voxels, and says what it could not destroy.
@Suite struct PurgeTests {
    /// Two imported patients, of whom the second is removed.
    private func importTwo(_ bench: Workbench, sharingLabels: Bool = false) async throws -> String {
        let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
        if sharingLabels {
            let labels = "\(path)/RawData/Training/label"
            try FileManager.default.removeItem(atPath: "\(labels)/label0002.nii.gz")
            try FileManager.default.copyItem(
                atPath: "\(labels)/label0001.nii.gz", toPath: "\(labels)/label0002.nii.gz")
        }
        let ending = try await bench.lacuna("dataset", "import", path)
        #expect(ending.status == 0, "\(ending.errors)")
        try await remove("set/0002", bench)
        return path
    }

    private func remove(_ subject: String, _ bench: Workbench) async throws {
        let ending = try await bench.lacuna("subject", "remove", subject, "--yes", "--reason", "consent ended")
        #expect(ending.status == 0, "\(ending.errors)")
    }

    private func purge(_ bench: Workbench, _ arguments: String...) async throws -> Ending {
        try await bench.start(
            ["subject", "purge", "set/0002", "--yes", "--reason", "consent ended", "--json"] + arguments
        ).end()
    }

    /// Stores raw voxels of an image as the daemon does.
    private func cacheImage(_ number: Int, _ path: String, _ folder: String) throws -> (VolumeCache, String) {
        let image = try NIfTIReader().readImage("\(path)/RawData/Training/img/img000\(number).nii.gz")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let (cache, name) = (VolumeCache(folder: folder), "\(image.file.digest)-48x44x24")
        try cache.store(image, as: name)
        return (cache, name)
    }

    private func files(_ folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    @Test func everyCopyIsDestroyedAndTheCertificateListsIt() async throws {
        try await Workbench.with { bench in
            let path = try await importTwo(bench)
            let (cache, other) = ("\(bench.home)/cache", "\(bench.folder)/other")
            for number in 1...2 {
                _ = try cacheImage(number, path, cache)
                _ = try cacheImage(number, path, other)
            }
            try Data([1, 2]).write(to: URL(filePath: "\(cache)/\(files(cache)[0].dropLast(7)).x.part"))
            let preview = try await bench.lacuna("subject", "purge", "set/0002", "--json").object()
            #expect(preview["purged"] as? Bool == false)
            #expect((preview["objects"] as? [Any])?.count == 1)
            #expect((preview["copies"] as? [[String: Any]])?.contains { $0["what"] as? String == "cached" } == true)
            #expect(!FileManager.default.fileExists(atPath: "\(bench.home)/certificates"))

            let purged = try await purge(bench, "--cache", other)
            #expect(purged.status == 0, "\(purged.errors)")
            let report = try purged.object()
            let items = (report["objects"] as? [[String: Any]] ?? []) + (report["copies"] as? [[String: Any]] ?? [])
            let whats = items.compactMap { $0["what"] as? String }
            #expect(Set(whats).isSuperset(of: ["object", "cached", "descriptor"]), "\(whats)")
            #expect(
                items.compactMap { $0["file"] as? String }.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
            let image = try NIfTIReader().readImage("\(path)/RawData/Training/img/img0002.nii.gz").file.digest
            for folder in [cache, other] {
                #expect(!files(folder).contains { $0.hasPrefix(image.description) })
                #expect(files(folder).contains { $0.hasSuffix(".volume") }, "the other subject's image stays")
            }
            #expect((report["remains"] as? [String])?.contains { $0.contains("tombstones") } == true)

            let certificate = try #require(report["certificate"] as? String)
            #expect(certificate.hasPrefix("\(bench.home)/certificates/"))
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: certificate))) as? [String: Any])
            #expect(json["complete"] as? Bool == true && json["reason"] as? String == "consent ended")
            #expect(json["login"] is String && json["account"] is String && json["program"] is String)
            let destroyed = try #require(json["destroyed"] as? [[String: Any]])
            #expect(destroyed.count == items.count)
            #expect(
                destroyed.allSatisfy { ($0["sha256"] as? String)?.count == 64 || $0["what"] as? String == "unfinished" }
            )
            let text = try String(contentsOfFile: try #require(report["certificateText"] as? String), encoding: .utf8)
            #expect(text.contains("reason:  consent ended") && text.contains("Not destroyed\n  none"))
            #expect(try mode(certificate) == 0o400 && mode("\(bench.home)/certificates") == 0o700)

            // Again: nothing is left, and the first certificate stays as it is.
            let before = try Data(contentsOf: URL(filePath: certificate))
            let again = try await purge(bench)
            #expect(again.status == 0, "\(again.errors)")
            #expect(try again.object()["certificate"] as? String != certificate)
            #expect(try Data(contentsOf: URL(filePath: certificate)) == before)
            #expect(try await bench.lacuna("verify", "--read-data", "--json").rows().isEmpty)
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func anObjectThatAnotherSubjectUsesIsKeptAndNamed() async throws {
        try await Workbench.with { bench in
            _ = try await importTwo(bench, sharingLabels: true)
            let ending = try await purge(bench)
            #expect(ending.status == 4, "\(ending.errors)")
            let kept = try #require(try ending.object()["kept"] as? [[String: Any]])
            #expect(kept.count == 1)
            let effect = try #require(kept.first?["effect"] as? String)
            #expect(
                effect.hasPrefix("kept: used by the annotation of ") && effect.contains(" in set/img0001"), "\(effect)")
            let file = try #require(kept.first?["file"] as? String)
            #expect(FileManager.default.fileExists(atPath: file))
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
            let certificate = try #require(try ending.object()["certificate"] as? String)
            #expect(try String(contentsOfFile: certificate, encoding: .utf8).contains("\"complete\": false"))
            // With the last user removed and purged, the bytes go.
            try await remove("set/0001", bench)
            let last = try await bench.lacuna("subject", "purge", "set/0001", "--yes", "--reason", "consent")
            #expect(last.status == 0, "\(last.errors)")
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    /// The purge waits for the lock of objects before a reader does, so that the reader has it when the purge asks again.
    @Test func objectsThatAnotherSessionLocksMeanwhileAreKeptAndCertified() async throws {
        try await Workbench.with { bench in
            _ = try await importTwo(bench)
            let writer = try await Connection.connect(bench.settings)
            try await writer.execute("select pg_advisory_lock(lacuna.object_lock())")
            let purge = try bench.startShell(
                "LACUNA_LOCK_TIMEOUT=6 lacuna subject purge set/0002 --yes --reason 'consent ended' --json")
            #expect(await purge.reports("Waiting for a lock that another session holds"))
            let reader = try await Connection.connect(bench.settings)
            let process = await reader.backendProcess
            async let locked: Void = reader.execute("select pg_advisory_lock_shared(lacuna.object_lock())")
            try await writer.execute(
                "do $$ begin while not exists (select from pg_locks where pid = \(process) and not granted) loop end loop; end $$"
            )
            await writer.close()
            try await locked
            let ending = await purge.end()
            #expect(ending.status == 4, "\(ending.errors)")
            let report = try ending.object()
            let kept = try #require(report["kept"] as? [[String: Any]])
            let effect = try #require(kept.first?["effect"] as? String)
            #expect(kept.count == 1 && effect.contains("holds the lock of the objects"), "\(effect)")
            let certificate = try String(
                contentsOfFile: try #require(report["certificate"] as? String), encoding: .utf8)
            #expect(certificate.contains("\"complete\": false"))
            await reader.close()
            let again = try await self.purge(bench)
            #expect(again.status == 0, "\(again.errors)")
        }
    }

    /// Both subjects of one object are removed: it goes with the first purge.
    @Test func anObjectOfTwoRemovedSubjectsIsDestroyed() async throws {
        try await Workbench.with { bench in
            _ = try await importTwo(bench, sharingLabels: true)
            try await remove("set/0001", bench)
            let ending = try await purge(bench)
            #expect(ending.status == 0, "\(ending.errors)")
            let restored = try await bench.lacuna("subject", "restore", "set/0001", "--reason", "x")
            #expect(restored.status == 5)
        }
    }

    @Test func bytesThatAPurgeLeftAreDestroyedByTheNext() async throws {
        try await Workbench.with { bench in
            _ = try await importTwo(bench)
            let first = try await purge(bench).object()
            let file = try #require((first["objects"] as? [[String: Any]])?.first?["file"] as? String)
            #expect(FileManager.default.createFile(atPath: file, contents: Data([1])))
            let again = try await purge(bench)
            #expect(again.status == 0, "\(again.errors)")
            #expect(!FileManager.default.fileExists(atPath: file))
            // What cannot be deleted is named.
            try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: true)
            let refused = try await purge(bench)
            #expect(refused.status == 4)
            let kept = try #require(try refused.object()["kept"] as? [[String: Any]])
            #expect(kept.first?["file"] as? String == file)
            #expect((kept.first?["effect"] as? String)?.hasPrefix("kept: ") == true)
        }
    }

    @Test func aCachedImageInUseIsKeptUntilItIsReleased() async throws {
        try await Workbench.with { bench in
            let path = try await importTwo(bench)
            let (cache, name) = try cacheImage(2, path, "\(bench.home)/cache")
            var mapped = try cache.open(name)
            let refused = try await purge(bench)
            #expect(refused.status == 4)
            let kept = try #require(try refused.object()["kept"] as? [[String: Any]])
            #expect((kept.first?["effect"] as? String)?.contains("a running process has it in memory") == true)
            withExtendedLifetime(mapped) {}
            mapped = nil
            let ending = try await purge(bench)
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(files("\(bench.home)/cache").isEmpty)
        }
    }

    @Test func aCertificateThatCannotBeWrittenPreventsThePurge() async throws {
        try await Workbench.with { bench in
            _ = try await importTwo(bench)
            let place = "\(bench.folder)/file"
            #expect(FileManager.default.createFile(atPath: place, contents: nil))
            let ending = try await purge(bench, "--certificate", "\(place)/inside")
            #expect(ending.status == 7, "\(ending.errors)")
            #expect(ending.errors.contains("nothing was destroyed"))
            let preview = try await bench.lacuna("subject", "purge", "set/0002", "--json").object()
            let objects = try #require(preview["objects"] as? [[String: Any]])
            #expect(objects.first?["effect"] as? String == "would be destroyed")
        }
    }

    @Test func aCacheThatCannotBeMeantPreventsThePurge() async throws {
        try await Workbench.with { bench in
            _ = try await importTwo(bench)
            let file = "\(bench.folder)/file"
            #expect(FileManager.default.createFile(atPath: file, contents: nil))
            for cache in ["\(bench.folder)/none", file] {
                #expect(try await purge(bench, "--cache", cache).status == 2, "\(cache)")
                #expect(try await bench.lacuna("verify", "--cache", cache).status == 2, "\(cache)")
            }
            let open = "\(bench.folder)/open"
            try FileManager.default.createDirectory(atPath: open, withIntermediateDirectories: false)
            #expect(chmod(open, 0o777) == 0)
            #expect(try await purge(bench, "--cache", open).status == 5)
            let preview = try await bench.lacuna("subject", "purge", "set/0002", "--json").object()
            let objects = try #require(preview["objects"] as? [[String: Any]])
            #expect(objects.first?["effect"] as? String == "would be destroyed")
        }
    }

    /// An image file that a dataset in use has too is no copy of the removed one alone.
    @Test func aCachedImageOfAnotherDatasetIsKeptAndNamed() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...2, in: bench)
            let copy = "\(bench.folder)/data/copy"
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            try FileManager.default.removeItem(atPath: "\(copy)/RawData/Training/img/img0002.nii.gz")
            try FileManager.default.removeItem(atPath: "\(copy)/RawData/Training/label/label0002.nii.gz")
            for folder in [path, copy] { #expect(try await bench.lacuna("dataset", "import", folder).status == 0) }
            for number in 1...2 {
                let (cache, name) = try cacheImage(number, path, "\(bench.home)/cache")
                try [UInt8](repeating: 1, count: 64).withUnsafeBytes { try cache.storeLabels([$0], as: "\(name)-a-b") }
            }
            #expect(try await bench.lacuna("dataset", "remove", "set", "--yes", "--reason", "x").status == 0)
            let ending = try await bench.lacuna("dataset", "purge", "set", "--yes", "--reason", "x", "--json")
            #expect(ending.status == 4, "\(ending.errors)")
            let kept = try #require(try ending.object()["kept"] as? [[String: Any]])
            let effects = Set(kept.compactMap { $0["effect"] as? String })
            #expect(effects.contains("kept: used by copy/img0001"), "\(effects)")
            let left = files("\(bench.home)/cache").map { $0.split(separator: ".").last }
            #expect(left == ["volume"], "the labels, which the purged masks made, are destroyed")
            #expect(effects.allSatisfy { $0.contains("copy/img0001") })
            #expect(files("\(bench.home)/cache").count == 1)
            #expect(try await bench.lacuna("verify", "--read-data").status == 0)
        }
    }

    @Test func aSweepRemovesCachedImagesOfRemovedDataAndNamesForeignFiles() async throws {
        try await Workbench.with { bench in
            let path = try await importTwo(bench)
            let folder = "\(bench.home)/cache"
            for number in 1...2 { _ = try cacheImage(number, path, folder) }
            try Data([1]).write(to: URL(filePath: "\(folder)/notes.txt"))
            let unknown = "\(folder)/\(String(repeating: "0", count: 64))-1x1x1.volume"
            try Data([1]).write(to: URL(filePath: unknown))
            func kinds(_ arguments: String...) async throws -> [String] {
                let ending = try await bench.start(["verify", "--json"] + arguments).end()
                #expect(ending.status == 0, "\(ending.errors)")
                return try ending.rows().map { "\($0["kind"] ?? "") \($0["bytes"] is Int)" }.sorted()
            }
            #expect(try await kinds() == ["orphan true", "orphan true", "stray true"])
            #expect(try await kinds("--sweep") == ["stray true", "swept true", "swept true"])
            #expect(files(folder).count == 2 && files(folder).contains("notes.txt"))
        }
    }

    @Test func masksTellPurgedFromPresentAndMissing() async throws {
        try await Workbench.with { bench in
            _ = try await importTwo(bench)
            let revision = try await bench.revision() - 1
            func masks() async throws -> [[String: Any]] {
                try await bench.lacuna("mask", "list", "--as-of", "\(revision)", "--organ", "liver", "--json").rows()
            }
            let ids = try await masks().compactMap { $0["id"] as? Int }
            try #require(ids.count == 2)
            #expect(try await purge(bench).status == 0)
            #expect(try await masks().compactMap { $0["purged"] as? Bool } == [false, true])
            let present = try await bench.lacuna("mask", "show", "\(ids[0])", "--json").object()
            #expect(present["state"] as? String == "present" && present["purged"] is NSNull)
            let purged = try await bench.lacuna("mask", "show", "\(ids[1])", "--json").object()
            #expect(purged["state"] as? String == "purged" && purged["purged"] is String)
            #expect(purged["purgedBy"] is Int)
            let volume = try #require(purged["volume"] as? Int)
            let shown = try await bench.lacuna("volume", "show", "\(volume)", "--json").object()
            #expect((shown["purged"] as? String)?.contains("by activity") == true)
            for arguments in [["--mask", "\(ids[1])"], ["\(volume)", "liver"]] {
                let export = try await bench.start(
                    ["mask", "export"] + arguments + ["--output", "\(bench.folder)/x.nii.gz"]
                ).end()
                #expect(export.status == 5, "\(arguments)")
                #expect(export.errors.contains("was purged at "), "\(export.errors)")
                #expect(export.errors.contains("cannot be restored"))
            }
            let object = try #require(present["object"] as? String)
            try FileManager.default.removeItem(
                atPath: "\(bench.home)/objects/\(object.prefix(2))/\(object.dropFirst(2))")
            let missing = try await bench.lacuna("mask", "show", "\(ids[0])", "--json").object()
            #expect(missing["state"] as? String == "missing")
        }
    }
}
