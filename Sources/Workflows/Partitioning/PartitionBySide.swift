internal import Catalog
package import Domain

/// Records the left and right organs of composite annotations that contain both sides, and undoes it.
package struct PartitionBySide {
    package struct Request: Sendable {
        /// An organ that divides into a left and a right organ, by any spelling.
        package var organ: String
        /// Only labels of this dataset; nil: of all.
        package var dataset: String?
        /// Only these volumes, by id, `DATASET/CASE`, or file; empty: all.
        package var volumes: [String]
        /// Recorded in the history; no patient data.
        package var reason: String?
        /// Whether everything is read and checked, and nothing recorded.
        package var isDryRun: Bool

        package init(organ: String, dataset: String?, volumes: [String], reason: String?, isDryRun: Bool) {
            (self.organ, self.dataset, self.volumes) = (organ, dataset, volumes)
            (self.reason, self.isDryRun) = (reason, isDryRun)
        }
    }

    package struct Undone: Sendable {
        /// The activity that took the partition back, and the number of labels that it changed; nil where nothing changed.
        package let change: (activity: ActivityID, labels: Int)?
        package let revision: Revision
    }

    private let workspace: Workspace

    package init(_ workspace: Workspace) { self.workspace = workspace }

    /// Partitions every volume with a label of the organ, each at a revision of its own; by volume id.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` for an organ without two sides, of kind `damaged` for a mask that cannot be
    ///   read; `CatalogError.unknownOrgan`, `.unknownDataset`, `.unknownVolume`, `.ambiguousVolume`.
    package func run(_ request: Request) async throws -> [PartitionedVolume] {
        let catalog = workspace.catalog
        try await catalog.ensureStandardOrgans()
        let organ = try PairedOrgan(try await catalog.organ(named: request.organ), try await catalog.ontology())
        var volumes: [VolumeID] = []
        for name in request.volumes { volumes.append(try await workspace.volume(named: name).id) }
        let candidates = try await catalog.partitionCandidates(
            of: organ.key, into: organ.sides, dataset: request.dataset, volumes: volumes)
        var partitioner = SidePartitioner(
            organ: organ, workspace: workspace, reason: request.reason, isDryRun: request.isDryRun)
        let meter = workspace.progress.begin("partition", total: candidates.count)
        defer { meter.finish() }
        var partitioned: [PartitionedVolume] = []
        for candidate in candidates {
            partitioned.append(try await partitioner.partition(candidate))
            meter.advance()
        }
        if partitioned.contains(where: \.isPartitioned), !request.isDryRun { try await catalog.compactCoverage() }
        return partitioned
    }

    /// Restores the labels that a partition changed to their earlier state, at one revision. Later changes of the same side
    /// by the same source are kept. Undoing an undo partitions again.
    ///
    /// - Parameter reason: recorded in the history; no patient data.
    /// - Throws: `CatalogError.noPartition` for an activity of another kind.
    package func undo(_ activity: ActivityID, reason: String) async throws -> Undone {
        let parameters: ActivityParameters = [
            "reason": .text(reason), "undoes": .integer(Int(activity.rawValue)),
        ]
        let undone = try await workspace.catalog.undoPartition(activity, parameters: parameters.json)
        if undone != nil { try await workspace.catalog.compactCoverage() }
        return Undone(
            change: undone.map { ($0.activity, $0.labels) }, revision: try await workspace.catalog.currentRevision())
    }
}
