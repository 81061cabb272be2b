internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Plans
internal import System
internal import Workflows

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Derive a configuration from the training volumes of a split.",
        discussion: """
            Prints a configuration that lacunad run takes, with the reason for each value: spacing, patch, levels, widths, batch and \
            normalisation, by nnU-Net's rules. Shapes and spacings are those of the catalogue; for CT the values of annotated voxels are \
            read from a sample of images. Nothing is recorded. A patch is as large as a step in the given memory allows, so that a smaller \
            --memory also makes steps faster.

            An image of the sample that cannot be read is named, and the plan is made of the others, with exit status 4. The login must \
            be a member of lacuna_trainer.

            EXAMPLE:
              $ lacunad plan --split main --organs liver,spleen --memory 8G
              …
              grid:
                # median of 6 training volumes along each axis
                spacing: [8, 8, 10]
              learning:
                # a slice is 1.25 times as thick as its voxels are wide, at most 3, so …
                dimensions: 3
              …
              planned from 6 training volumes, 5 of which were read for intensities
              a 3-D network of 3 levels on patches of 48 x 48 x 24 voxels of 8 x 8 x 10 mm
              a step of 2 patches needs at most about 963 MB
            """)

    @OptionGroup var options: GlobalOptions

    @Option(help: "Split whose part train is planned for.")
    var split: String

    @Option(help: "Organs to learn, by key or any other spelling, separated by commas.")
    var organs: String

    @Option(help: "Modality of the volumes. Repeatable. (default: those in which the organs are annotated)")
    var modality: [Modality] = []

    @Option(
        help: .value(
            "bytes", "Memory of a training step, such as 8G or 500M. (default: three quarters of what is free)"))
    var memory: ByteCount?

    @Option(help: .value("number", "Most CT images that are read."))
    var sample = 50

    @Option(help: .value("run", "Name of the run. (default: planned-1, or the next that is free)"))
    var name: String?

    @Option(help: .value("file", "New file of the configuration. (default: standard output)"))
    var output: String?

    func validate() throws {
        if organNames.isEmpty { throw ValidationError("--organs names no organ.") }
        guard (1...100_000).contains(sample) else { throw ValidationError("--sample must be 1 to 100000.") }
        if output != nil, options.json || options.csv {
            throw ValidationError("--output writes YAML; leave out --json and --csv.")
        }
    }

    private var organNames: [String] {
        organs.split(separator: ",").map(String.init).filter { !$0.allSatisfy(\.isWhitespace) }
    }

    func run() async throws {
        if let output { try Self.requireVacant(output) }
        let (request, trainer) = (try request(), try await TrainerSession.open(options))
        let planning = DataPlanning(
            catalog: trainer.catalog, converted: trainer.session.converted,
            masks: MaskReader(store: trainer.objects), progress: options.output)
        try report(try await trainer.session.notingLocks { try await planning.run(request) })
    }

    private func request() throws -> DataPlanning.Request {
        var request = DataPlanning.Request(
            split: split, organs: organNames, memory: try bytesOfMemory(), sample: sample)
        (request.modalities, request.name) = (modality, name)
        return request
    }

    private func bytesOfMemory() throws -> Int {
        if let memory { return memory.bytes }
        guard let available = Memory.available else {
            throw ValidationError("The free memory is not known; give --memory.")
        }
        return available / 4 * 3
    }

    // MARK: - Output

    private func report(_ plan: DataPlan) throws {
        if options.output.format == .table {
            let document = PlanDocument(plan, heading: heading(plan)).text
            if let output { try Self.write(document, to: output) } else { Output.write(document, to: 1) }
        } else {
            options.output.report(plan.entries, Self.columns)
        }
        for image in plan.unread { options.output.warn("\(image.file): \(image.problem)") }
        for warning in plan.warnings { options.output.warn(warning) }
        for line in Self.summary(plan) { options.output.note(line) }
        if !plan.unread.isEmpty { throw ExitCode(ExitStatus.partlyDone.rawValue) }
    }

    private func heading(_ plan: DataPlan) -> String {
        "\(Program.lacunad.version): planned from \(plan.volumes) training volumes of split \(split); "
            + "the other keys have their defaults (lacunad run --defaults)"
    }

    private static func summary(_ plan: DataPlan) -> [String] {
        let network = plan.network
        let patch = network.patch.map(String.init).joined(separator: " x ")
        let spacing = (0..<3).map { PlanNumber.text(plan.grid.spacing[$0], places: 3) }.joined(separator: " x ")
        return [
            "planned from \(plan.volumes) training volumes, \(plan.sampledVolumes) of which were read for intensities",
            "a \(plan.grid.dimensions)-D network of \(network.levels) levels on patches of \(patch) voxels of \(spacing) mm",
            "a step of \(network.batch) patches needs at most about \(PlanNumber.bytes(network.bytes))",
        ]
    }

    private static var columns: [Column<DataPlan.Entry>] {
        [
            Column("key") { "\($0.section).\($0.key)" }, Column("value") { Cell(setting: $0.value) },
            Column("reason") { $0.reason },
        ]
    }

    // MARK: - File

    private static func requireVacant(_ path: String) throws {
        if FilePath.exists(path) { throw occupied(path) }
        try TextFile.requireWritable(path)
    }

    private static func write(_ text: String, to path: String) throws {
        do {
            if try !AtomicFile.create(text, at: path) { throw occupied(path) }
        } catch let error as SystemError {
            throw CommandFailure(
                .badInput, "the file cannot be written: \(error.reason)", file: path,
                remedy: "check the folder and its permissions, or name another file")
        }
    }

    private static func occupied(_ path: String) -> CommandFailure {
        CommandFailure(.conflict, "the file exists", file: path, remedy: "choose another name, or remove the file")
    }
}

extension Cell {
    /// Lists and numbers keep their types in JSON.
    fileprivate init(setting: SettingValue) {
        switch setting {
        case .flag(let flag): self = .bool(flag)
        case .integer(let number): self = .integer(number)
        case .number(let number): self = .number(number, places: 3)
        case .text(let text): self = .text(text)
        case .list(let values): self = .list(values.map(Cell.init(setting:)))
        case .map: self = .text(setting.description)
        }
    }
}
