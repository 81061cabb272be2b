import Foundation
import Glibc
import Logging
import TestSupport
import Testing

@testable import Monitoring

@Suite struct LogTests {
    /// What `body` writes with a logger.
    private func written(
        _ format: LogFormat, isJournal: Bool = false, level: Logger.Level = .trace, _ body: (Logger) -> Void
    ) throws -> String {
        let file = try #require(tmpfile())
        defer { fclose(file) }
        let stream = LogStream(descriptor: fileno(file), isJournal: isJournal) {
            WallTime(millisecondsSince1970: 1_796_004_309_042)
        }
        body(Logger(label: "tests") { _ in LineLogHandler(stream, format: format, level: level) })
        rewind(file)
        var block = [UInt8](repeating: 0, count: 1 << 20)
        return String(decoding: block[..<fread(&block, 1, block.count, file)], as: UTF8.self)
    }

    @Test func timesAreRFC3339() {
        for (milliseconds, text) in [
            (0, "1970-01-01T00:00:00.000Z"), (1_796_004_309_042, "2026-11-30T02:05:09.042Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (-1000, "1969-12-31T23:59:59.000Z"),
            (951_782_400_999, "2000-02-29T00:00:00.999Z"),
        ] { #expect(WallTime(millisecondsSince1970: milliseconds).text == text) }
    }

    @Test func logfmtQuotesWhatNeedsIt() throws {
        let text = try written(.logfmt) { logger in
            logger.info(
                "round published",
                [.round: 1, .organ: "left kidney", .reason: "a=\"b\"\\\n\u{1B}[31m\u{2028}ß", .run: ""])
        }
        #expect(
            text == #"time=2026-11-30T02:05:09.042Z level=info message="round published" organ="left kidney" "#
                + #"reason="a=\"b\"\\\n\u001b[31m\u2028ß" round=1 run="""# + "\n")
    }

    @Test func jsonLinesAreJSON() throws {
        let reason = "a\tb\u{7F}\u{0}\r\n{\"level\":\"fake\"}"
        let text = try written(.json) { logger in
            logger.error("round failed", [.round: 1, .reason: reason])
            logger.info("run finished", [:])
        }
        let lines = text.split(separator: "\n").map { Data($0.utf8) }
        #expect(lines.count == 2)
        let first = try JSONDecoder().decode([String: String].self, from: lines[0])
        #expect(
            first == [
                "time": "2026-11-30T02:05:09.042Z", "level": "error", "message": "round failed", "round": "1",
                "reason": reason,
            ])
    }

    @Test func theJournalGetsPrioritiesAndNoTime() throws {
        let text = try written(.logfmt, isJournal: true) { logger in
            logger.debug("step finished", [.step: 3])
            logger.notice("organ withheld", [:])
            logger.error("round failed", [:])
        }
        #expect(
            text == """
                <7>level=debug message="step finished" step=3
                <5>level=notice message="organ withheld"
                <3>level=error message="round failed"

                """)
    }

    @Test func levelsBelowAreNotWritten() throws {
        let text = try written(.logfmt, level: .notice) { logger in
            logger.info("run opened", [:])
            logger.warning("lease awaited", [:])
        }
        #expect(text.split(separator: "\n").count == 1)
    }

    /// Libraries put descriptions of whole values into their metadata.
    @Test func metadataOfLibrariesAndErrorsAreWithheld() throws {
        struct Secret: Error, CustomStringConvertible { let description = "/data/PATIENT_7.nii.gz" }
        let text = try written(.logfmt) { logger in
            var logger = logger
            logger[metadataKey: "sl-service"] = "Service(path: /data/PATIENT_7.nii.gz)"
            logger[metadataKey: "run"] = "r"
            logger.log(level: .error, "Service failed", error: Secret(), metadata: ["path": "/data/PATIENT_7.nii.gz"])
        }
        #expect(!text.contains("PATIENT"))
        #expect(text.hasSuffix("message=\"Service failed\" error=Secret path=withheld run=r sl-service=withheld\n"))
    }

    @Test func linesOfManyThreadsAreWhole() throws {
        let pipe = try #require(PrivatePipe())
        let stream = LogStream(descriptor: pipe.writer, isJournal: false)
        let logger = Logger(label: "tests") { _ in LineLogHandler(stream, format: .json, level: .info) }
        let long = String(repeating: "é", count: 3_000)
        for thread in 0..<4 {
            Thread.detachNewThread {
                for step in 0..<25 { logger.info("step", [.step: step, .worker: thread, .reason: long]) }
            }
        }
        var (bytes, block) = ([UInt8](), [UInt8](repeating: 0, count: 65536))
        while bytes.count(where: { $0 == 10 }) < 100 {
            let count = read(pipe.reader, &block, block.count)
            try #require(count > 0)
            bytes += block[..<count]
        }
        for line in bytes.split(separator: 10) {
            let members = try JSONDecoder().decode([String: String].self, from: Data(line))
            #expect(members["reason"] == long)
        }
        close(pipe.reader)
        close(pipe.writer)
    }
}
