internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain

struct MaskPolicy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Say which of several annotations of one organ is current.",
        subcommands: [MaskPolicyShow.self, MaskPolicySet.self])
}

struct MaskPolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how the current annotation is chosen among several.")

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await Session.with(options) { session in
            session.output.report(try await session.catalog.annotationPolicy().fields)
        }
    }
}

struct MaskPolicySet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Choose the current annotations of the whole catalogue by another policy.",
        discussion: """
            origin: expert over reviewed over assisted, then the newest release, then the newest word. release: the newest \
            release first. datasets: those named with --dataset first, in that order, then as origin. A person's word \
            comes before any release unless origin decides. All versions are kept, and every current annotation is chosen \
            again at one revision; runs keep the annotations that they began with.
            """)

    /// The kinds of `AnnotationPolicy`.
    enum Choice: String, CaseIterable, ExpressibleByArgument {
        case origin, release, datasets

        var kind: AnnotationPolicy.Kind {
            switch self {
            case .origin: .origin
            case .release: .release
            case .datasets: .datasets
            }
        }
    }

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Choose by origin, release or datasets.")
    var policy: Choice

    @Option(help: "Name a dataset for datasets, the best first; say it again for more.")
    var dataset: [String] = []

    func validate() throws {
        if (policy == .datasets) == dataset.isEmpty {
            throw ValidationError("Name the order with --dataset for the policy datasets, and for no other.")
        }
        if Set(dataset).count < dataset.count { throw ValidationError("Name each dataset once.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let wanted = AnnotationPolicy(kind: policy.kind, datasets: dataset)
            let changed = try await session.catalog.setAnnotationPolicy(wanted, reason: why.reason)
            try await session.catalog.compactCoverage()
            session.output.report(
                try await session.catalog.annotationPolicy().fields + [Cell.Field("changed", changed)])
        }
    }
}

extension AnnotationPolicy {
    fileprivate var fields: [Cell.Field] {
        [
            Cell.Field("policy", kind.rawValue), Cell.Field("datasets", datasets),
            Cell.Field("revision", revision?.number),
        ]
    }
}
