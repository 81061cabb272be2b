import Foundation
import TestSupport
import Testing

extension ServiceTests {
    /// Jobs that fingerprint and verify volumes, done by real daemons.
    @Suite struct ImageJobsTests {
        @Test func aDamagedMaskAndAMissingImageAreDeadJobs() async throws {
            try await World.with { place in
                let count = try await place.number("select count(*) from lacuna.volume")
                let (broken, lost) = (try await place.breakMask(), try await place.loseImage())
                #expect(broken != lost)
                #expect(try await place.queues("verify") == count)
                #expect(try await place.queues("verify") == 0)
                try await place.change("update lacuna.job set max_attempts = 1")
                let daemon = try place.serve(settings: "leaseSeconds: 60", "--kinds", "verify")
                try await place.awaitsEnd(of: "verify")
                #expect(
                    try await place.ask(
                        "select volume_id, reason from lacuna.job where kind = 'verify' and state <> 'done' order by 2")
                        == [
                            "\(lost)|the volume is not intact: an image is missing; restore what lacuna verify --read-data names, then lacuna job retry",
                            "\(broken)|the volume is not intact: an object is damaged; restore what lacuna verify --read-data names, then lacuna job retry",
                        ])
                await daemon.stops()
                #expect(try await place.number("select count(*) from lacuna.job") == count)
            }
        }

        /// A trainer may not read the labels of a test part, and so cannot find that they are damaged.
        @Test func theMasksOfATestPartAreLeftToPeople() async throws {
            try await World.with { place in
                let broken = try await place.breakMask()
                try await place.change(
                    """
                    insert into lacuna.split_member (split_id, subject_id, part)
                    select s.id, v.subject_id, 'test' from lacuna.split s, lacuna.volume v
                    where s.name = 'unlabelled' and v.id = \(broken)
                    """)
                _ = try await place.queues("verify")
                let daemon = try place.serve(settings: "leaseSeconds: 60", "--kinds", "verify")
                try await place.awaitsEnd(of: "verify")
                #expect(try await place.number("select count(*) from lacuna.job where state <> 'done'") == 0)
                await daemon.stops()
                let ending = try await place.lacuna(["verify", "--read-data"])
                #expect(ending.status == 6)
            }
        }

        @Test func missingDescriptorsAreComputed() async throws {
            try await World.with { place in
                let before = try await place.ask(Self.descriptors)
                try await place.changeHistory("delete from lacuna.image_descriptor")
                #expect(try await place.queues("volume", "describe") > 0)
                let daemon = try place.serve(settings: "leaseSeconds: 60")
                try await place.awaitsEnd(of: "fingerprint")
                #expect(try await place.ask(Self.descriptors) == before)
                #expect(try await place.ask("select distinct state from lacuna.job") == ["done"])
                #expect(try await place.queues("volume", "describe") == 0)
                await daemon.stops()
            }
        }

        private static let descriptors =
            "select volume_id, version, md5(descriptor) from lacuna.image_descriptor order by 1, 2"
    }
}

extension Place {
    /// Overwrites a byte of an object; returns the volume that its masks belong to.
    fileprivate func breakMask() async throws -> Int {
        let row = try #require(
            try await ask(
                """
                select max(m.volume_id), encode(m.object_digest, 'hex') from lacuna.mask m
                group by m.object_digest having count(distinct m.volume_id) = 1 order by 1 limit 1
                """
            ).first)
        let (volume, digest) = (row.prefix { $0 != "|" }, row.drop { $0 != "|" }.dropFirst())
        let files = try FileManager.default.subpathsOfDirectory(atPath: objects)
        let path = "\(objects)/\(try #require(files.first { $0.filter(\.isHexDigit).hasSuffix(digest.suffix(40)) }))"
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
        return try #require(Int(volume))
    }

    /// Points the newest volume's source to a file that does not exist; returns the volume.
    fileprivate func loseImage() async throws -> Int {
        let volume = try await number("select max(volume_id) from lacuna.source")
        try await changeHistory("update lacuna.source set file = 'gone.nii.gz' where volume_id = \(volume)")
        return volume
    }

    /// Runs a statement without triggers.
    fileprivate func changeHistory(_ statement: String) async throws {
        try await change("begin; set local session_replication_role = replica; \(statement); commit")
    }

    /// The number of jobs that a command queued.
    fileprivate func queues(_ command: String...) async throws -> Int {
        let ending = try await lacuna(command + ["--queue", "--json"])
        try #require(ending.status == 0, "\(ending.errors)")
        let answer = try JSONSerialization.jsonObject(with: Data(ending.output.utf8)) as? [String: Any]
        return try #require(answer?["queued"] as? Int)
    }

    fileprivate func awaitsEnd(of kind: String) async throws {
        try await awaits("the end of all jobs \(kind)") {
            try await Task.sleep(for: .milliseconds(200))
            return try await number(
                "select count(*) from lacuna.job where kind = '\(kind)' and state in ('waiting', 'running')") == 0
        }
    }
}
