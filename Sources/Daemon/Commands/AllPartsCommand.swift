internal import ArgumentParser
internal import Console

struct AllPartsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all", abstract: "Measure every part, alone and together, as one table.",
        discussion: """
            Beside each part is the limit that this machine sets for it, measured in the same run: copies of as many bytes, products of \
            float32 matrices, the step without batches, one pass over the probabilities and a file with the bytes of the masks. A network of \
            three dimensions with 16, 32, 64 and 128 channels, batches of two patches. The other commands measure one part each and have \
            options for its size. Takes some minutes and 1.6 GB of memory. Each part is also noted on standard error when it is measured, \
            and where one fails, the table has those before it.

            EXAMPLE:
              $ lacunad benchmark all --quick
              part                    rate  unit          limit  limited by           share
              batches              4268.96  patches/s  12391.56  memcpy                0.34
              augmented batches     710.40  patches/s  23395.42  memcpy                0.03
              step                   20.72  GFLOP/s       36.97  matrix product        0.56
              step beside batches     0.84  steps/s        0.98  step                  0.86
              prediction              8.71  GFLOP/s       36.90  matrix product        0.24
              write-back             11.41  volumes/s    662.61  reading and writing   0.02
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("number", "Number of organs."))
    var organs = 13

    @Option(help: .value("number", "Number of threads."))
    var threads = 1

    @Flag(
        help: "Measure small volumes and patches, in seconds: it shows that all parts work, but not how fast they are.")
    var quick = false

    @Option(help: .value("folder", "New folder for a database and objects, which is removed at the end."))
    var work = ".lacuna-benchmark-all"

    func validate() throws {
        guard (1...60).contains(organs), (1...1024).contains(threads) else {
            throw ValidationError("--organs must be 1 to 60, --threads 1 to 1024.")
        }
    }

    func run() async throws {
        let parts = BenchmarkParts(
            extent: quick ? .quick : .usual, organs: organs, threads: threads, work: work)
        let bar = options.output.progress("parts", total: 6)
        var rows: [MeasuredPart] = []
        defer { if !rows.isEmpty { options.output.report(rows, Self.columns) } }
        defer { bar.finish() }
        try await parts.run { part in
            rows.append(part)
            bar.finish()
            options.output.note(part.summary)
            bar.show(rows.count, label: part.part)
        }
    }

    private static var columns: [Column<MeasuredPart>] {
        [
            Column("part") { $0.part }, Column("rate") { Cell.number($0.rate, places: 2) }, Column("unit") { $0.unit },
            Column("limit") { Cell.number($0.limit, places: 2) }, Column("limitedBy") { $0.limitedBy },
            Column("share") { Cell.number($0.share, places: 2) },
        ]
    }
}
