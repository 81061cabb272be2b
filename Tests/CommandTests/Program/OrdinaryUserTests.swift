import Domain
import Foundation
import Glibc
import Phantoms
import TestSupport
import Testing

/// What a user without permissions meets. Root has them all, so that root runs the commands as another user, on a server of that user.
@Suite(.enabled(if: geteuid() == 0, "needs root, to become an ordinary user"))
struct OrdinaryUserTests {
    private func problem(_ number: Int, _ text: String) -> String { "set/s000\(number): the file \(text)" }

    private func ending(_ script: String) async throws -> Ending {
        try await Workbench.with { bench in
            _ = try PhantomData.write(
                .totalSegmentator(classes: ["liver"], missingShare: 0), "set", scans: 1...3, in: bench)
            chmod(bench.folder, 0o755)
            let user = "setpriv --reuid=65534 --regid=65534 --clear-groups"
            return try await bench.shell(
                """
                chown -R 65534:65534 data; install -d -o 65534 -g 65534 home; unset LACUNA_DATABASE
                \(user) bash -c '\(script); status=$?; lacuna database stop >&2; exit $status'
                """)
        }
    }

    @Test func foldersThatCannotBeReadAreRefusedAndNamed() async throws {
        let ending = try await ending(
            """
            chmod 000 data/set/s0002 data/set/s0003/segmentations
            lacuna dataset import data/set --json
            """)
        #expect(ending.status == 4, "\(ending.errors)")
        let report = try ending.object()
        #expect(report["accepted"] as? Int == 1 && report["refused"] as? Int == 2)
        let refused = try RefusedCases(ending)
        #expect(refused.files == ["s0002", "s0003/segmentations"])
        #expect(Set(refused.problems) == ["the folder cannot be read: Permission denied"])
    }

    @Test func imagesThatCannotBeReadAreDistinguishedFromMissingOnes() async throws {
        let ending = try await ending(
            """
            lacuna dataset import data/set >&2
            chmod 000 data/set/s0001 data/set/s0002/ct.nii.gz; rm data/set/s0003/ct.nii.gz
            lacuna verify --json; echo "verify $?" >&2
            lacuna mask export set/s0001 liver --output home/m.nii.gz
            """)
        #expect(ending.status == 3)
        #expect(ending.errors.contains("verify 6\n"), "\(ending.errors)")
        let problems = try ending.rows().compactMap { $0["problem"] as? String }.sorted()
        let expected = ["cannot be read: Permission denied", "cannot be read: Permission denied", "is missing"]
        #expect(problems == zip(1...3, expected).map(problem))
        #expect(ending.errors.contains("the source image cannot be read: Permission denied"), "\(ending.errors)")
    }

    @Test func aChartInAFolderThatCannotBeWrittenIsRefused() async throws {
        let ending = try await ending(
            """
            lacuna dataset import data/set >&2
            mkdir home/closed; chmod 500 home/closed
            lacuna coverage --chart home/closed/chart.png
            """)
        #expect(ending.status == 3, "\(ending.errors)")
        #expect(ending.errors.contains("the picture cannot be written: Permission denied"), "\(ending.errors)")
        #expect(ending.errors.contains("home/closed/chart.png") && ending.errors.contains("remedy: check the folder"))
    }

    @Test func aFileInAFolderThatCannotBeListedIsWritten() async throws {
        let ending = try await ending(
            """
            lacuna dataset import data/set >&2
            mkdir -m 1733 home/drop && chmod 333 home/drop
            lacuna mask export 1 liver --output home/drop/m.nii.gz && lacuna phantom generate home/drop/a/b \
            --shape 32x32x16 --complete 1 --liver 1 --partial 1 --held-out 1
            """)
        #expect(ending.status == 0, "\(ending.errors)")
    }
}
