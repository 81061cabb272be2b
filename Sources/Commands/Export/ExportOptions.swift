internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

/// The options that all export formats share.
struct ExportOptions: ParsableArguments {
    @Option(help: "Organs to export, by key or any other spelling, separated by commas.")
    var organs: String

    @Option(help: "Split whose subjects are exported, or the common name of its folds.")
    var split: String?

    @Option(help: "Part of the split to export. Repeatable.")
    var part: [SplitPart] = []

    @Option(help: "Dataset whose volumes and own labels are exported. Repeatable. (default: all)")
    var dataset: [String] = []

    @Option(
        parsing: .unconditional, help: .value("revision|date", "Revision or date (UTC) of the labels. (default: now)"))
    var asOf: AsOf?

    @Option(
        help: ArgumentHelp(
            "Organs counted as the first organ, in order of preference. Repeatable.",
            valueName: "organ=organ,variant"),
        transform: ExportRequest.ClassMapping.init(parsing:))
    var classMapping: [ExportRequest.ClassMapping] = []

    @Flag(help: "Add pseudo labels where annotations leave voxels undecided, within their validity masks.")
    var includePseudo = false

    @Option(help: "Run whose pseudo labels are exported. (default: the current run)")
    var run: String?

    @Option(help: "Purpose of the export, which licences may restrict.")
    var purpose: Purpose = .research

    @Option(help: .value("dataset", "Dataset whose licence is accepted although it restricts the export. Repeatable."))
    var acceptLicence: [String] = []

    enum Purpose: String, CaseIterable, ExpressibleByArgument { case research, commercial }

    mutating func validate() throws {
        if request.organs.isEmpty { throw ValidationError("--organs names no organ.") }
        if !part.isEmpty && split == nil { throw ValidationError("--part requires --split.") }
        if run != nil && !includePseudo { throw ValidationError("--run requires --include-pseudo.") }
    }

    func request(in catalog: LabelCatalog) async throws -> ExportRequest {
        var request = request
        request.asOf = try await asOf?.revision(in: catalog)
        return request
    }

    private var request: ExportRequest {
        var request = ExportRequest(
            organs: organs.split(separator: ",").map(String.init).filter { !$0.allSatisfy(\.isWhitespace) })
        (request.split, request.parts, request.datasets) = (split, Set(part), dataset)
        request.classMappings = classMapping
        (request.includesPseudoLabels, request.run) = (includePseudo, run)
        request.purpose = purpose == .commercial ? .commercial : .research
        request.acceptedLicences = acceptLicence
        return request
    }
}

extension ExportRequest.ClassMapping {
    /// Parses `ORGAN=ORGAN,VARIANT`.
    fileprivate init(parsing argument: String) throws {
        let sides = argument.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
        guard sides.count == 2 else { throw ValidationError("use the form ORGAN=ORGAN,VARIANT") }
        self.init(organ: sides[0], accepted: sides[1].split(separator: ",").map(String.init))
    }
}
