internal import ArgumentParser
internal import Console
internal import Domain
internal import Learning
internal import System

struct WriteBackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write-back",
        abstract: "Measure how fast a prediction becomes committed masks, without the network.",
        discussion: """
            Ranks the voxels of a prediction, judges and encodes the masks, stores them as an object and commits their rows, in a database \
            of its own that is removed afterwards. The share is that of the least which no program can leave out, measured in the same \
            run: one pass over the probabilities, and a file with the bytes of the object, made durable. 512x512x300 voxels with 13 \
            organs take about 1.6 GB of memory. An interruption leaves the folder and its database: lacuna database drop --yes --home \
            FOLDER/home, then delete the folder.

            EXAMPLE:
              $ lacunad benchmark write-back --shape 64x64x32 --organs 5
              bench               write_back_64x64x32_k5
              threads             2
              labels              5
              bytes               7616
              seconds             0.093
              ranking seconds     0.054
              judging seconds     0.000
              encoding seconds    0.001
              committing seconds  0.037
              …
              share               0.219
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("sizes", "Shape of the volume in voxels."))
    var shape = BenchmarkShape(GridShape(512, 512, 300))

    @Option(help: .value("number", "Number of organs, none of which is labelled."))
    var organs = 13

    @Option(
        help: .value("number", "Number of threads that rank, judge and encode. (default: one for each processor core)"))
    var threads: Int?

    @Option(help: .value("number", "Number of repetitions, of which the fastest counts."))
    var repetitions = 1

    @Option(help: .value("folder", "New folder for the database and the objects, which is removed at the end."))
    var work = ".lacuna-benchmark-write-back"

    func validate() throws {
        guard (1...60).contains(organs) else { throw ValidationError("--organs must be 1 to 60.") }
        guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads must be 1 to 1024.") }
        guard (1...100).contains(repetitions) else { throw ValidationError("--repetitions must be 1 to 100.") }
    }

    func run() async throws {
        let (grid, organs, threads, repetitions, output) = (
            shape.grid, organs, threads ?? UsableCores.count, repetitions, options.output
        )
        let results = try await ScratchCatalogue.with(work, shape: grid, organs: organs) { catalogue in
            let benchmark = WriteBackBenchmark(
                catalogue: catalogue, prediction: SyntheticPrediction(shape: grid, organs: organs),
                threads: threads)
            let bar = output.progress("slices", total: grid.z * repetitions)
            defer { bar.finish() }
            var results: [WriteBackBenchmark.Result] = []
            for repetition in 0..<repetitions {
                results.append(
                    try await benchmark.run(repetition: repetition) {
                        bar.show(repetition * grid.z + $0, label: "slices")
                    })
            }
            return results
        }
        if let fastest = results.min(by: { $0.total < $1.total }) { report(fastest) }
    }

    private func report(_ result: WriteBackBenchmark.Result) {
        func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
        options.output.report([
            Cell.Field("bench", "write_back_\(shape.grid)_k\(organs)"),
            Cell.Field("threads", threads ?? UsableCores.count),
            Cell.Field("labels", result.labels),
            Cell.Field("bytes", result.bytes), Cell.Field("seconds", seconds(result.total)),
            Cell.Field("rankingSeconds", seconds(result.ranking)),
            Cell.Field("judgingSeconds", seconds(result.judging)),
            Cell.Field("encodingSeconds", seconds(result.encoding)),
            Cell.Field("committingSeconds", seconds(result.committing)),
            Cell.Field("readingSeconds", seconds(result.reading)),
            Cell.Field("writingSeconds", seconds(result.writing)),
            Cell.Field("peakBytes", Memory.peak), Cell.Field("share", Cell.number(result.share, places: 3)),
        ])
    }
}
