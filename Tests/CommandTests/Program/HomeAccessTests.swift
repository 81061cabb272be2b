import Domain
import Foundation
import Glibc
import Phantoms
import TestSupport
import Testing

/// The rights of the home and of what is in it.
@Suite struct HomeAccessTests {
    private func mode(_ path: String) -> String {
        var status = stat()
        return stat(path, &status) == 0 ? String(status.st_mode & 0o7777, radix: 8) : "missing"
    }

    private func importOne(_ bench: Workbench) async throws -> Ending {
        let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
        return try await bench.lacuna("dataset", "import", path)
    }

    private func firstObject(_ bench: Workbench) throws -> String {
        let objects = "\(bench.home)/objects"
        let name = try FileManager.default.subpathsOfDirectory(atPath: objects).first { $0.count == 65 }
        return "\(objects)/\(try #require(name))"
    }

    @Test func aNewHomeIsPrivate() async throws {
        try await Workbench.with { bench in
            #expect(try await importOne(bench).status == 0)
            #expect(mode(bench.home) == "700" && mode("\(bench.home)/objects") == "700")
            let object = try firstObject(bench)
            #expect(mode(object) == "400" && mode(String(object.dropLast(63))) == "700")
            #expect(mode("\(bench.home)/objects/lacuna-store") == "400")
        }
    }

    @Test func aHomeThatOthersMayWriteIsRefused() async throws {
        try await Workbench.with { bench in
            #expect(try await importOne(bench).status == 0)
            for (folder, bits) in [("", 0o777), ("", 0o775), ("/objects", 0o777), ("/objects", 0o770)]
                as [(String, mode_t)]
            {
                let place = bench.home + folder
                #expect(chmod(place, bits) == 0)
                let ending = try await bench.lacuna("mask", "list")
                #expect(ending.status == 5, "\(place) \(ending.errors)")
                #expect(ending.errors.contains("other users may write to the folder"))
                #expect(ending.errors.contains("file: \(place)\n") && ending.errors.contains("chmod go-w \(place)"))
                #expect(chmod(place, 0o700) == 0)
            }
            #expect(try await bench.lacuna("mask", "list").status == 0)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to give a folder away"))
    func aFolderOfAnotherOwnerIsRefused() async throws {
        try await Workbench.with { bench in
            #expect(try await importOne(bench).status == 0)
            for place in [bench.home, "\(bench.home)/objects"] {
                #expect(chown(place, 65534, gid_t.max) == 0)
                let ending = try await bench.lacuna("mask", "list")
                #expect(ending.status == 5, "\(ending.errors)")
                #expect(ending.errors.contains("the folder belongs to nobody"), "\(ending.errors)")
                #expect(chown(place, 0, gid_t.max) == 0)
            }
        }
    }

    @Test func foldersThatOthersMayReadBecomePrivate() async throws {
        try await Workbench.with { bench in
            #expect(try await importOne(bench).status == 0)
            #expect(chmod("\(bench.home)/objects", 0o755) == 0)
            let ending = try await bench.lacuna("mask", "list")
            #expect(ending.status == 0 && ending.errors.contains("could be read by other users (mode 0755)"))
            #expect(mode("\(bench.home)/objects") == "700")
            #expect(try await bench.lacuna("mask", "list").errors.isEmpty)
        }
    }

    @Test func aCertificateCreatesAPrivateHome() async throws {
        try await Workbench.with { bench in
            #expect(try await importOne(bench).status == 0)
            #expect(try await bench.lacuna("dataset", "remove", "set", "--yes", "--reason", "test").status == 0)
            let other = "\(bench.folder)/new"
            let ending = try await bench.shell(
                "lacuna dataset purge set --yes --reason test --objects '\(bench.home)/objects' --home '\(other)'")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(mode(other) == "700" && mode("\(other)/certificates") == "700")
        }
    }

    /// An embedded database is neither migrated nor deleted in a home that somebody else may change; stopping it is always possible.
    @Test func anUnsafeHomeOfAnEmbeddedDatabaseIsRefused() async throws {
        try await Workbench.with { bench in
            let home = "\(bench.folder)/embedded"
            func lacuna(_ command: String) async throws -> Ending {
                try await bench.shell("unset LACUNA_DATABASE; LACUNA_HOME='\(home)' lacuna database \(command)")
            }
            #expect(try await lacuna("start").status == 0)
            #expect(chmod(home, 0o777) == 0)
            for command in ["migrate", "drop --yes"] {
                let ending = try await lacuna(command)
                #expect(ending.status == 5 && ending.errors.contains("other users may write"), "\(ending.errors)")
            }
            #expect(try await lacuna("stop").status == 0)
            #expect(chmod(home, 0o700) == 0)
            #expect(try await lacuna("drop --yes").status == 0)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, for a group that it is not in"))
    func aGroupSharesTheHome() async throws {
        try await Workbench.with { bench in
            let path = try PhantomData.write(.btcv, "set", scans: 1...1, in: bench)
            let ending = try await bench.shell("LACUNA_GROUP=nogroup lacuna dataset import \(path)")
            #expect(ending.status == 0, "\(ending.errors)")
            #expect(mode(bench.home) == "2770" && mode("\(bench.home)/objects") == "2770")
            let object = try firstObject(bench)
            #expect(mode(object) == "440" && mode(String(object.dropLast(63))) == "2770")
            var status = stat()
            #expect(stat(object, &status) == 0 && status.st_gid == 65534)
            // A member of the group who is another user may use it; nobody else may.
            #expect(chown("\(bench.home)/objects", 12345, 65534) == 0)
            #expect(try await bench.shell("LACUNA_GROUP=nogroup lacuna mask list").status == 0)
            #expect(try await bench.shell("lacuna mask list").status == 5)
            // A private home becomes the group's with a warning that does not say that others could read it.
            #expect(chmod(bench.home, 0o700) == 0 && chown(bench.home, 0, 0) == 0)
            let opened = try await bench.shell("LACUNA_GROUP=nogroup lacuna mask list")
            #expect(
                opened.errors.contains("\(bench.home) had the mode 0700 and is shared with the group"),
                "\(opened.errors)")
            #expect(!opened.errors.contains("could be read by other users"))
            let unknown = try await bench.shell("LACUNA_GROUP=no-such-group lacuna mask list")
            #expect(unknown.status == 2 && unknown.errors.contains("no-such-group"))
        }
    }
}
