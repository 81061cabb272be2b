internal import ArgumentParser
internal import Console
internal import Domain
internal import System

struct ColdStartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cold-start",
        abstract: "Measure how long the first batch of a training takes whose cache is empty.",
        discussion: """
            A batch of two patches out of two of many volumes: their images and masks are read, coded, and stored in a new cache. Only these \
            two have files, of noise and ellipsoids. The parts of one volume are then measured one after another, beside a plain read of the \
            stored bytes and a plain write of the cached ones. 512x512x300 voxels with 13 organs take about 1.2 GB of memory and 1.1 GB of disk.

            EXAMPLE:
              $ lacunad benchmark cold-start --shape 128x128x64 --volumes 100
              bench                cold_start_128x128x64_k13
              volumes              100
              needed               2
              first batch seconds  0.649
              reading seconds      0.074
              caching seconds      0.030
              decoding seconds     0.016
              coding seconds       0.008
              storing seconds      0.008
              plain seconds        0.008
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: .value("sizes", "Shape of the volumes in voxels."))
    var shape = BenchmarkShape(GridShape(512, 512, 300))

    @Option(help: .value("number", "Number of organs, all of which are annotated."))
    var organs = 13

    @Option(help: .value("number", "Number of volumes."))
    var volumes = 1000

    @Option(help: .value("voxels", "Edge of the cubic patches in voxels, 16 to 512."))
    var size = 128

    @Option(help: .value("folder", "New folder for the volumes and the cache, which is removed at the end."))
    var work = ".lacuna-benchmark-cold-start"

    func validate() throws {
        guard (1...60).contains(organs), (2...1_000_000).contains(volumes) else {
            throw ValidationError("--organs must be 1 to 60, --volumes 2 to 1000000.")
        }
        guard (16...512).contains(size) else { throw ValidationError("--size must be 16 to 512.") }
    }

    func run() async throws {
        if FilePath.exists(work) {
            throw CommandFailure(
                .conflict, "the folder exists", file: work, remedy: "remove it, or give --work another folder")
        }
        try Folder.create(work, mode: 0o700)
        let measured: Swift.Result<ColdStartBenchmark.Result, any Error>
        do {
            measured = .success(
                try await ColdStartBenchmark(
                    shape: shape.grid, organs: organs, volumes: volumes, patch: size, folder: work
                ).run())
        } catch {
            measured = .failure(error)
        }
        try Folder.remove(work)
        report(try measured.get())
    }

    private func report(_ result: ColdStartBenchmark.Result) {
        func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
        options.output.report([
            Cell.Field("bench", "cold_start_\(shape.grid)_k\(organs)"), Cell.Field("volumes", volumes),
            Cell.Field("needed", result.needed), Cell.Field("firstBatchSeconds", seconds(result.firstBatch)),
            Cell.Field("readingSeconds", seconds(result.reading)),
            Cell.Field("cachingSeconds", seconds(result.caching)),
            Cell.Field("decodingSeconds", seconds(result.decoding)),
            Cell.Field("codingSeconds", seconds(result.coding)),
            Cell.Field("storingSeconds", seconds(result.storing)),
            Cell.Field("plainSeconds", seconds(result.plain)),
        ])
    }
}
