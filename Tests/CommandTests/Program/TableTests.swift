import Console
import Testing

private struct Scan {
    var name: String
    var organ = "liver"
    var voxels = 12
    var reason: String?
    var file = "/data/a.nii.gz"
}

private var columns: [Column<Scan>] {
    [
        Column("case") { $0.name }, Column("organ") { $0.organ }, Column("voxels") { $0.voxels },
        Column("reason", in: .whereItFits()) { $0.reason }, Column("round", in: .whereItFits(rank: 1)) { _ in 3 },
        Column("file", in: .wideOnly) { $0.file },
    ]
}

private func lines(_ rows: [Scan], _ columns: Int, isTerminal: Bool = true, isWide: Bool = false) -> [String] {
    let room = TableRoom(columns: columns, isTerminal: isTerminal)
    return Output(isWide: isWide, room: room).render(rows, Scan.all).split(separator: "\n").map(String.init)
}

extension Scan {
    fileprivate static var all: [Column<Scan>] { columns }
}

/// Tables fit the terminal, in whole rows.
@Suite struct TableTests {
    private let long = Scan(
        name: "Totalsegmentator_dataset/s0001", organ: "portal_vein_and_splenic_vein", voxels: 1_234_567)

    @Test(arguments: [20, 30, 40, 60, 79, 80, 200])
    func noRowIsLongerThanTheTerminal(width: Int) {
        var rows = [long, Scan(name: "a/b", reason: "blurred by motion of the patient during the scan")]
        rows.append(Scan(name: "病例/画像0001", organ: "肝臓"))
        for line in lines(rows, width) { #expect(line.columns <= width, "\(width): \(line)") }
        #expect(lines(rows, width).count == 4)
    }

    @Test func optionalColumnsAreLeftOutByRankAndTheEmptyOnesFirst() {
        let scan = Scan(name: "set/case")
        #expect(lines([scan], 80)[0] == "case      organ  voxels  reason  round")
        // 32 columns have room for one of the two: the one with a value, although its rank is higher.
        #expect(lines([scan], 32)[0] == "case      organ  voxels  round")
        let withReason = Scan(name: "set/case", reason: "motion")
        #expect(lines([withReason], 32)[0] == "case      organ  voxels  reason")
        #expect(lines([withReason], 26)[0] == "case      organ  voxels")
    }

    @Test func textsAreShortenedAndNumbersAreNot() {
        let shown = lines([long], 50)
        #expect(
            shown == [
                "case                organ                   voxels",
                "Totalsegm…et/s0001  portal_vei…enic_vein  1234567",
            ] || shown[1].hasSuffix("  1234567"))
        #expect(shown[1].hasPrefix("Totalseg") && shown[1].contains("…") && shown[1].columns == 50)
        // In 20 columns only the first column and no number fit.
        #expect(lines([long], 12).allSatisfy { $0.columns <= 12 })
        #expect(lines([long], 12)[1].hasPrefix("Total") && lines([long], 12)[1].hasSuffix("s0001"))
    }

    @Test func timesAreNotShortened() {
        let scan = Scan(
            name: "2026-11-29T14:03:11Z", organ: "portal_vein_and_splenic_vein", reason: "consent withdrawn")
        #expect(lines([scan], 50).last?.hasPrefix("2026-11-29T14:03:11Z  portal") == true)
    }

    @Test func phrasesAreCutAtTheEnd() {
        let scan = Scan(name: "set/case", reason: "blurred by motion")
        let columns: [Column<Scan>] = [Column("case") { $0.name }, Column("reason") { $0.reason }]
        let room = TableRoom(columns: 20, isTerminal: true)
        #expect(Output(room: room).render([scan], columns) == "case      reason\nset/case  blurred b…\n")
    }

    @Test func valuesAreWholeWhereStandardOutputIsNoTerminal() {
        let shown = lines([long], 40, isTerminal: false)
        #expect(shown[0].hasSuffix("voxels"), "optional columns are left out")
        #expect(shown[1] == "Totalsegmentator_dataset/s0001  portal_vein_and_splenic_vein  1234567")
    }

    @Test func wideShowsEveryColumnWhole() {
        let shown = lines([long], 40, isWide: true)
        #expect(shown[0].hasSuffix("file") && shown[1].hasSuffix("/data/a.nii.gz"))
        #expect(shown[1].contains("Totalsegmentator_dataset/s0001"))
    }

    /// Wide characters take two columns, combining marks none.
    @Test func columnsAreAlignedByWhatATerminalShows() {
        let rows = ["病例一", "cafe\u{301}", "\u{1F9E0}", "ab"].map { Scan(name: $0) }
        let shown = Output().render(rows, [Column("case") { $0.name }, Column("voxels") { $0.voxels }])
        #expect(
            shown == "case    voxels\n病例一      12\ncafe\u{301}        12\n\u{1F9E0}          12\nab          12\n")
    }

    @Test func recordsGoOnBelowTheirValue() {
        let fields = [Cell.Field("id", 7), Cell.Field("reason", "one two three four five six seven eight nine ten")]
        let room = TableRoom(columns: 34, isTerminal: true)
        let text = Output(room: room).render(fields)
        #expect(text == "id      7\nreason  one two three four five\n        six seven eight nine ten\n")
        #expect(Output().render(fields).split(separator: "\n").count == 2)
    }
}

extension String {
    /// Columns of a terminal, for the characters of these tests.
    fileprivate var columns: Int {
        reduce(0) { sum, character in
            sum + (character.unicodeScalars.first.map { (0x2E80...0xFF60).contains($0.value) ? 2 : 1 } ?? 0)
        }
    }
}
