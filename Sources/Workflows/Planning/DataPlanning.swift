package import Catalog
package import DICOM
package import Domain
internal import Hashing
internal import Plans
internal import Postgres

/// Derives a configuration from the training volumes of a split: shapes and spacings from the catalogue, intensities from a sample of images.
package struct DataPlanning: Sendable {
    package struct Request: Sendable {
        package var split: String
        /// By key or any other spelling.
        package var organs: [String]
        /// Empty: those of the volumes in which the organs are annotated.
        package var modalities: [Modality] = []
        /// Name of the run; nil: one that is free.
        package var name: String?
        /// Bytes of memory for a training step.
        package var memory: Int
        /// The most volumes whose intensities are read.
        package var sample: Int

        package init(split: String, organs: [String], memory: Int, sample: Int) {
            (self.split, self.organs, self.memory, self.sample) = (split, organs, memory, sample)
        }
    }

    private let catalog: TrainingCatalog
    private let reading: IntensitySample

    /// - Parameters:
    ///   - converted: the volumes converted from DICOM series.
    ///   - masks: reads the annotations of the sample.
    ///   - progress: follows the reading of images.
    package init(
        catalog: TrainingCatalog, converted: SeriesCache, masks: MaskReader, progress: any ProgressSink
    ) {
        self.catalog = catalog
        reading = IntensitySample(converted: converted, masks: masks, progress: progress)
    }

    /// - Throws: `CatalogError.unknownOrgan`; SQLSTATE LA004 for an unknown split; `WorkflowError` where an organ is annotated in no training
    ///   volume, a spacing cannot be used, no image of the sample can be read, or the memory is too small, and where a run has the name.
    package func run(_ request: Request) async throws -> DataPlan {
        let organs = try await organs(of: request)
        let name = try await name(of: request)
        let all = request.modalities.isEmpty ? Modality.allCases : request.modalities
        let snapshot = try await snapshot(name, organs, request, all)
        try requireAnnotations(of: organs, in: snapshot, request)
        let modalities = all.filter { modality in Self.isAnnotated(modality, in: snapshot) }
        let volumes = snapshot.volumes(in: .train).filter { volume in
            modalities.contains { $0.rawValue == volume.modality }
        }
        try Self.requireSpacings(of: volumes)
        let grid = PlannedGrid(volumes.map { PlannedGrid.Volume(shape: $0.shape, spacing: $0.affine.spacing) })
        let network = try Self.network(grid, organs: organs.count, request)
        let tomographies = volumes.filter { $0.modality == Modality.ct.rawValue }
        let sample = try await reading.read(tomographies, of: snapshot, atMost: request.sample)
        return try DataPlanText(
            name: name, split: request.split, organs: organs, modalities: modalities, volumes: volumes, grid: grid,
            network: network, sample: sample, memory: request.memory
        ).plan()
    }

    private func organs(of request: Request) async throws -> [OrganKey] {
        let organs = try await catalog.organs(named: request.organs)
        if let repeated = organs.first(where: { organ in organs.count { $0 == organ } > 1 }) {
            throw WorkflowError(.usage, "the organ \(repeated) is given twice", remedy: "name each organ once")
        }
        return organs
    }

    // MARK: - The run that is planned

    /// A run's name belongs to one configuration.
    private func name(of request: Request) async throws -> String {
        if let name = request.name {
            guard try await catalog.run(named: name) == nil else {
                throw WorkflowError(.conflict, "a run is named \(name) already", remedy: "give --name another name")
            }
            return name
        }
        var number = 1
        while try await catalog.run(named: "planned-\(number)") != nil { number += 1 }
        return "planned-\(number)"
    }

    /// What a run of the plan would read, by the run's own rules. The run is started in a transaction that is rolled back.
    private func snapshot(
        _ name: String, _ organs: [OrganKey], _ request: Request, _ modalities: [Modality]
    ) async throws -> RunSnapshot {
        let configuration = try RunConfiguration([
            "run": [
                "name": .text(name), "organs": .list(organs.map { .text($0.rawValue) }),
                "split": .text(request.split), "modalities": .list(modalities.map { .text($0.rawValue) }),
            ]
        ])
        let (plan, json) = (configuration.plan, try configuration.json())
        let opening = RunOpening.Request(
            plan: plan, configuration: JSONText(json), digest: SHA256.digest(of: Array(json.utf8)))
        guard let snapshot = try await preview(opening) else {
            throw WorkflowError(
                .conflict, "a run named \(name) was started at this moment", remedy: "run the command again")
        }
        return snapshot
    }

    private func preview(_ opening: RunOpening.Request) async throws -> RunSnapshot? {
        do {
            return try await RunOpening(catalog: catalog).preview(opening)
        } catch var error as WorkflowError {
            error.problem = "lacunad run would refuse any plan: \(error.problem)"
            throw error
        }
    }

    private func requireAnnotations(
        of organs: [OrganKey], in snapshot: RunSnapshot, _ request: Request
    ) throws(WorkflowError) {
        let missing = organs.filter { snapshot.annotatedVolumes(of: $0, in: .train) == 0 }
        guard !missing.isEmpty else { return }
        throw WorkflowError(
            .badInput,
            "no training volume of split \(request.split) is annotated with \(missing.map(\.rawValue).joined(separator: ", "))",
            remedy:
                "leave these organs out, import annotations, or check the part train with lacuna coverage --by split")
    }

    private static func isAnnotated(_ modality: Modality, in snapshot: RunSnapshot) -> Bool {
        snapshot.volumes(in: .train).contains { volume in
            volume.modality == modality.rawValue
                && snapshot.organs.contains { snapshot.labels(of: volume.id)[$0]?.mask != nil }
        }
    }

    private static func requireSpacings(of volumes: [RunVolume]) throws(WorkflowError) {
        let allowed = PlannedGrid.allowedSpacing
        let wrong = volumes.filter { volume in
            (0..<3).contains { !allowed.contains(volume.affine.spacing[$0]) }
        }
        guard let first = wrong.first else { return }
        let spacing = (0..<3).map { PlanNumber.text(first.affine.spacing[$0], places: 4) }.joined(separator: " x ")
        throw WorkflowError(
            .badInput,
            "the spacing of \(wrong.count == 1 ? "a training volume" : "\(wrong.count) training volumes") is outside 0.1 to 20 mm; "
                + "that of volume \(first.id) is \(spacing) mm",
            file: "\(first.root)/\(first.file)",
            remedy: "correct the header and import the image again, or lacuna volume exclude \(first.id)")
    }

    private static func network(
        _ grid: PlannedGrid, organs: Int, _ request: Request
    ) throws(WorkflowError) -> PlannedNetwork {
        do {
            return try PlannedNetwork(
                grid, organs: organs, contextSlices: grid.dimensions == 2 ? LearningSettings().contextSlices : 1,
                bytes: request.memory)
        } catch {
            throw WorkflowError(
                .badInput,
                "\(PlanNumber.bytes(request.memory)) of memory are too little: a step of the smallest network needs "
                    + PlanNumber.bytes(error.needed),
                remedy: "give --memory more, fewer --organs, or use a machine with more memory")
        }
    }
}
