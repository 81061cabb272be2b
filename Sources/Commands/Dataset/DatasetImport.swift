internal import ArgumentParser
internal import Console
internal import Domain
internal import Importers
internal import System
internal import Workflows

struct DatasetImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Import a dataset as it was downloaded.",
        discussion: """
            The layout is recognised from the structure of the folder. Images stay where they are and are referenced; \
            masks are copied into the object store. A case whose image and labels may not belong together is quarantined, \
            an unreadable one is refused; the other cases are imported. Importing a folder again records only what changed. \
            A label that contradicts the label of the same scan in another dataset, one of the two being absent, is held \
            unless origin or policy decides; lacuna label conflicts lists such labels.

            EXAMPLE:
              $ lacuna dataset import Task03_Liver --name liver
              dataset                  liver
              release                  msd-task03-liver
              layout                   msd
              origin                   expert
              licence                  CC0 1.0
              accepted                 4
              accepted with a warning  0
              …
              new volumes              4
              known scans              0
              new labels               8
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Folder of the dataset, or one label file.")
    var path: String

    @Option(help: "Name of the dataset. (default: name of the folder)")
    var name: String?

    @Option(
        help: """
            Release whose label map and facts apply, or RELEASE+VERSION for a version of it. (default: found from the files)
            """)
    var release: String?

    @Option(help: "Layout of the folder: auto, \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")).")
    var layout = "auto"

    @Option(help: .value("path", "Folder, file or dataset with the images. (default: the imported folder)"))
    var images: String?

    @Option(
        help: .value(
            "file", "CSV file with the columns case and image, the image of each case in the dataset of --images."))
    var pairs: String?

    @Option(help: "Modality of the images. (default: modality of the layout)")
    var modality: Modality?

    @Option(help: "Origin of the labels. (default: origin of the release)")
    var origin: LabelOrigin?

    @Option(help: .value("file", "YAML file with the meaning of label values and the location of the files."))
    var map: String?

    @Option(help: .value("file", "CSV file with the columns case and subject, the patient of each case."))
    var subjects: String?

    @Option(
        help: .value(
            "organs",
            """
            Organs annotated in every case: comma-separated names, all, or present for those with voxels. (default: organs \
            that the layout declares)
            """))
    var complete: String?

    @Option(
        help: .value(
            "file",
            "File for the report, .json, .csv or .txt, which may replace an earlier one. Also written on an error."),
        transform: ReportFile.init(parsing:))
    var report: ReportFile?

    @Option(
        help: .value(
            "organ=variant", "Variant that the release means by an organ's name, as ORGAN=VARIANT. Repeatable."))
    var means: [String] = []

    @Option(
        help: .value(
            "proposal",
            """
            Proposal of the report to accept: flip (flip labels that strong evidence shows to be mirrored), handedness (keep \
            labels stored mirrored that their headers place on the image), laterality (keep patients whose organs are all \
            reversed), crop (record labels of a part of the image's grid as known only there), conflict (use labels that are \
            held because another dataset contradicts them), empty (keep cases in which every class file is empty), or \
            PROPOSAL:CASE for one case. Repeatable.
            """))
    var accept: [String] = []

    @Flag(help: "Also record the masks of single annotators (KiTS), which are never current by themselves.")
    var annotators = false

    @Flag(help: "Record all cases or none.")
    var strict = false

    @Flag(help: "Read and check all files and record nothing.")
    var dryRun = false

    func validate() throws {
        if layout != "auto" && LayoutName(rawValue: layout) == nil {
            throw ValidationError(
                "--layout must be auto or one of \(LayoutName.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        if let wrong = accept.first(where: { Acceptance($0) == nil }) {
            let proposals = Acceptance.Proposal.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--accept \(wrong): must be one of \(proposals), or PROPOSAL:CASE.")
        }
        if let name, name.isEmpty || name.contains("/") {
            throw ValidationError("--name must not be empty or contain a slash.")
        }
        if let wrong = means.first(where: { Self.meaning($0) == nil }) {
            throw ValidationError("--means \(wrong): must be ORGAN=VARIANT.")
        }
        if pairs != nil && images == nil { throw ValidationError("--pairs requires --images with a dataset.") }
    }

    func run() async throws {
        var report = report
        let request = try await self.request()
        try report?.requirePlace(outside: path)
        let progress = ImportProgress()
        Interruption.first { [report] in
            progress.holding { (summary: ImportSummary?) -> Void in summary.endInterrupted(report) }
        }
        let summary: ImportSummary
        do {
            summary = try await Session.with(options) { session in
                try await report.requirePlace(in: session.catalog)
                return try await ImportRunner(session.workspace, progress: progress).run(request)
            }
        } catch {
            report?.write(progress.summary, after: CommandFailure(error), warning: options.output)
            throw error
        }
        try report?.write(summary, nil)
        summary.print(to: options.output)
        if summary.status != .done { throw ExitCode(summary.status.rawValue) }
    }

    private func request() async throws -> ImportRequest {
        var request = ImportRequest(path: path)
        (request.name, request.release, request.layout) = (name, release, LayoutName(rawValue: layout))
        (request.images, request.map) = (images, map)
        (request.modality, request.origin) = (modality, origin)
        request.complete = complete.map(Self.completeOrgans)
        request.meanings = means.compactMap(Self.meaning)
        request.accepted = accept.compactMap { Acceptance($0) }
        (request.hasAnnotators, request.isStrict, request.isDryRun) = (annotators, strict, dryRun)
        if let subjects { request.subjects = try SubjectTable(try await Self.read(subjects), file: subjects) }
        if let pairs { request.pairs = try CaseTable(try await Self.read(pairs), file: pairs, column: "image") }
        return request
    }

    private static func read(_ file: String) async throws -> String {
        try await BlockingWork().run { try TextFile.read(file) }
    }

    private static func completeOrgans(_ text: String) -> ImportRequest.CompleteOrgans {
        switch text {
        case "all": .declared
        case "present": .present
        default: .only(text.split(separator: ",").map(String.init))
        }
    }

    private static func meaning(_ text: String) -> ImportRequest.Meaning? {
        let names = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        return names.count == 2 ? ImportRequest.Meaning(organ: names[0], variant: names[1]) : nil
    }
}
