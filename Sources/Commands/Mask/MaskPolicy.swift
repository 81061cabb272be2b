internal import ArgumentParser
internal import Catalog
internal import Console
internal import Domain
internal import Workflows

struct MaskPolicy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Show or set how the current annotation is chosen among several.",
        subcommands: [MaskPolicyShow.self, MaskPolicySet.self])
}

struct MaskPolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show how the current annotation is chosen among several.",
        discussion: """
            EXAMPLE:
              $ lacuna mask policy show
              policy    origin
              datasets  -
              revision  -
            """)

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        try await Session.with(options) { session in
            session.output.report(try await session.catalog.annotationPolicy().fields)
        }
    }
}

struct MaskPolicySet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Choose every current annotation of the catalogue again, by another policy.",
        discussion: """
            origin: expert before reviewed before assisted, then the newest release, then the newest annotation. \
            release: the newest release first. datasets: those named with --dataset first, in that order, then as origin. \
            Under release and datasets a person's annotation comes before those of all datasets. All annotations are kept. \
            Labels that are held for a decision become current where the policy ranks them before the others; they are held \
            again by a policy that does not decide. \
            The change is one revision; runs keep the annotations that they started with.

            EXAMPLE:
              $ lacuna mask policy set datasets --dataset internal \\
                  --reason "thin slices"
              policy    datasets
              datasets  internal
              revision  19
              changed   yes
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var why: ReasonOption

    @Argument(help: "Policy.")
    var policy: AnnotationPolicy.Kind

    @Option(help: "Dataset for the policy datasets, best first. Repeatable.")
    var dataset: [String] = []

    func validate() throws {
        if (policy == .datasets) == dataset.isEmpty {
            throw ValidationError("The policy datasets needs --dataset; no other policy takes it.")
        }
        if Set(dataset).count < dataset.count { throw ValidationError("Name each dataset once.") }
    }

    func run() async throws {
        try await Session.with(options) { session in
            let set = try await PolicyChange(session.workspace).set(
                AnnotationPolicy(kind: policy, datasets: dataset), reason: why.reason)
            session.output.report(set.policy.fields + [Cell.Field("changed", set.isChanged)])
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
