internal import ArgumentParser
internal import Console
internal import Workflows

/// The picture file that a command draws its result into.
struct ChartOptions: ParsableArguments {
    @Option(help: .value("file", "Chart to write as well, .png or .svg."))
    var chart: String?

    @Flag(help: "Overwrite an existing chart. Files of datasets are never overwritten.")
    var force = false

    func validate() throws {
        if let chart, PictureFile(chart) == nil { throw ValidationError("--chart must end in .png or .svg.") }
        if force, chart == nil { throw ValidationError("--force requires --chart.") }
    }

    /// Nil without `--chart`.
    var target: ChartTarget? {
        chart.flatMap(PictureFile.init).map { ChartTarget($0, mayOverwrite: force) }
    }
}

extension Session {
    /// Writes a chart where one was asked for.
    func draw(_ options: ChartOptions, _ chart: () async throws -> some DrawableChart) async throws {
        guard let target = options.target else { return }
        try await target.check(in: catalog)
        try await target.write(try await chart())
        output.note("Wrote \(target.file.path).")
    }
}
