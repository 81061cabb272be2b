import Console
import Synchronization
import Testing

private struct Line {
    var organ: String
    var volumes: Int
    var share: Double?
    var parts: [String] = []
}

private var columns: [Column<Line>] {
    [
        Column("organ") { $0.organ },
        Column("volumes") { $0.volumes },
        Column("share") { $0.share },
        Column("parts", in: .wideOnly) { $0.parts },
    ]
}

private let lines = [
    Line(organ: "liver", volumes: 1200, share: 0.5),
    Line(organ: "left \"kidney\", upper", volumes: 7, share: nil, parts: ["a", "b\n"]),
]

@Suite struct OutputTests {
    @Test func tablesAreAligned() {
        #expect(
            Output().render(lines, columns) == """
                organ                 volumes  share
                liver                    1200  0.500
                left "kidney", upper        7      -

                """)
    }

    @Test func jsonKeepsTheOrderOfKeysAndNulls() {
        #expect(
            Output(format: .json).render(lines, columns) == #"""
                [
                  {"organ": "liver", "volumes": 1200, "share": 0.5, "parts": []},
                  {"organ": "left \"kidney\", upper", "volumes": 7, "share": null, "parts": ["a", "b\n"]}
                ]

                """#)
        #expect(Output(format: .json).render([Line](), columns) == "[]\n")
    }

    @Test func csvQuotesCommasQuotesAndLineBreaks() {
        #expect(
            Output(format: .csv).render(lines, columns) == #"""
                organ,volumes,share,parts
                liver,1200,0.5,[]
                "left ""kidney"", upper",7,,"[""a"", ""b\n""]"

                """#)
    }

    @Test func aRecordIsALinePerField() {
        let fields = [
            Cell.Field("id", 7), Cell.Field("note", String?.none),
            Cell.Field("sources", Cell.list([.object([Cell.Field("case", "a"), Cell.Field("open", true)])])),
        ]
        #expect(Output().render(fields) == "id       7\nnote     -\nsources  case a, open yes\n")
        #expect(
            Output(format: .json).render(fields)
                == #"{"id": 7, "note": null, "sources": [{"case": "a", "open": true}]}"# + "\n")
    }

    @Test(arguments: [
        (Double.nan, "null"), (.infinity, "null"), (0.1, "0.1"), (-3, "-3"), (1e300, "1e+300"), (2.5e-7, "2.5e-07"),
    ])
    func numbersAreValidJSON(value: Double, text: String) {
        #expect(Output(format: .json).render([Cell.Field("n", value)]) == "{\"n\": \(text)}\n")
    }

    @Test(arguments: [(0.0005, "0.001"), (-1.9996, "-2.000"), (12.3, "12.300"), (-0.0001, "0.000"), (1e20, "1e+20")])
    func tablesRoundToTheirPlaces(value: Double, text: String) {
        #expect(Output().render([Cell.Field("n", value)]) == "n  \(text)\n")
    }

    @Test func controlCharactersDoNotReachTheTerminal() {
        #expect(Output().render([Cell.Field("name", "a\u{1B}[2Jb\r\nc")]) == "name  a?[2Jb?c\n")
        #expect(Output(format: .json).render([Cell.Field("name", "\u{1}")]) == "{\"name\": \"\\u0001\"}\n")
        #expect(Output().render([Cell.Field("name", "a\u{202E}b\u{2066}c\u{2028}d")]) == "name  a?b?c?d\n")
    }

    @Test(arguments: [
        ("plain\n\ttext é 肝 \u{1F9E0}", "plain\n\ttext é 肝 \u{1F9E0}"), ("a\u{1B}]0;x\u{7}", "a\\u001b]0;x\\u0007"),
        ("\u{202E}gpj\u{200F}", "\\u202egpj\\u200f"), ("\u{9B}2J\r", "\\u009b2J\\u000d"),
    ])
    func whatControlsATerminalIsEscapedInEverythingPrinted(text: String, printed: String) {
        #expect(Printable.escaped(text) == printed)
    }

    @Test func aNameStaysOnItsLine() {
        let failure = CommandFailure(.badInput, "missing", file: "a\n  remedy: none\u{1B}[1m")
        #expect(failure.message(from: .lacuna) == "lacuna: error: missing\n  file: a\\u000a  remedy: none\\u001b[1m\n")
    }

    @Test(arguments: ["=1+1", "+1", "-1+1", "@SUM(A1)", "\tx"]) func csvCellsBeginNoFormula(text: String) {
        #expect(Output(format: .csv).render([Cell.Field("name", text)]) == "name\n'\(text)\n")
        #expect(Output(format: .csv).render([Cell.Field("value", -1)]) == "value\n-1\n")
    }
}

@Suite struct ProgressTests {
    @Test func theLineShowsProgressAndRemainingTime() {
        let line = ProgressLine(label: "import", done: 100, total: 400, elapsed: .seconds(10))
        #expect(line.render(width: 60) == "import  100/400  25% [####--------------]  10.0/s  30 s left")
        #expect(line.render(width: 30) == "import  100/400  25%  10.0/s  ")
        let unknown = ProgressLine(label: "scan", done: 9, total: 0, elapsed: .seconds(3))
        #expect(unknown.render(width: 60) == "scan  9  3.0/s")
        let hours = ProgressLine(label: "x", done: 1, total: 7201, elapsed: .seconds(2))
        #expect(hours.render(width: 80).hasSuffix("4.0 h left"))
        #expect(ProgressLine(label: "x", done: 0, total: 0, elapsed: .zero).render(width: 0) == "")
    }

    @Test func theBarIsDrawnAtMostTenTimesPerSecondAndAtTheEnd() {
        let written = Mutex([String]())
        let start = ContinuousClock.now
        let elapsed = Mutex(Duration.zero)
        let bar = ProgressBar(
            "import", total: 3, isShown: true, width: { 80 }, now: { start + elapsed.withLock { $0 } },
            write: { text in written.withLock { $0.append(text) } })
        for _ in 0..<3 {
            elapsed.withLock { $0 += .milliseconds(50) }
            bar.advance()
        }
        bar.finish()
        let lines = written.withLock { $0 }
        #expect(lines.count == 3)
        #expect(lines[0].contains("1/3"))
        #expect(lines[1].contains("3/3"))
        #expect(lines[2] == "\r\u{1B}[K")
    }

    /// A run that resumes at step 5,000 did not take 5,000 steps in its first second.
    @Test func theRateOfAResumedRunCountsOnlyItsOwnSteps() {
        let written = Mutex([String]())
        let start = ContinuousClock.now
        let elapsed = Mutex(Duration.zero)
        let bar = ProgressBar(
            "train", total: 6000, isShown: true, width: { 80 }, now: { start + elapsed.withLock { $0 } },
            write: { text in written.withLock { $0.append(text) } })
        for step in [5000, 5010] {
            elapsed.withLock { $0 += .seconds(5) }
            bar.show(step, label: "train")
        }
        let lines = written.withLock { $0 }
        #expect(!lines[0].contains("/s"), "the rate is not known yet")
        #expect(lines[1].hasSuffix("2.0/s  9 min left"), "\(lines[1])")
    }

    @Test func withoutATerminalItIsSilent() {
        let written = Mutex(0)
        let bar = ProgressBar("import", total: 3, isShown: false, write: { _ in written.withLock { $0 += 1 } })
        bar.advance()
        bar.finish()
        #expect(written.withLock { $0 } == 0)
    }
}
