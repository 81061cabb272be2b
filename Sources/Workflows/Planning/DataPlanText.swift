internal import Catalog
internal import Domain
internal import Plans

/// Joins the parts of a plan, and says why each value is what it is.
struct DataPlanText {
    let name, split: String
    let organs: [OrganKey]
    let modalities: [Modality]
    let volumes: [RunVolume]
    let grid: PlannedGrid
    let network: PlannedNetwork
    let sample: IntensitySample.Result
    /// Bytes.
    let memory: Int

    private static let axes = ["x", "y", "z"]

    /// - Throws: `ConfigurationError` for a value that a run would not take.
    func plan() throws(ConfigurationError) -> DataPlan {
        let plan = DataPlan(
            entries: runEntries + gridEntries + networkEntries + intensityEntries, volumes: volumes.count,
            sampledVolumes: sample.intensities.volumes, unread: sample.unread, grid: grid, network: network,
            warnings: warnings)
        _ = try RunConfiguration(plan.sections)
        return plan
    }

    // MARK: - Run and grid

    private var runEntries: [DataPlan.Entry] {
        let counts = modalities.map { modality in
            "\(volumes.count { $0.modality == modality.rawValue }) \(modality == .other ? "of no recorded modality" : modality.rawValue)"
        }
        return [
            .init("run", "name", .text(name), "free in this catalogue; each run has a name of its own"),
            .init("run", "split", .text(split), "as given with --split"),
            .init(
                "run", "organs", .list(organs.map { .text($0.rawValue) }),
                "as given with --organs; each is annotated in a training volume"),
            .init(
                "run", "modalities", .list(modalities.map { .text($0.rawValue) }),
                "training volumes by modality: \(counts.joined(separator: ", "))"),
        ]
    }

    private var gridEntries: [DataPlan.Entry] {
        let median = "median of \(volumes.count) training volumes along each axis"
        let reason =
            if let axis = grid.coarseAxis {
                "\(median), but along \(Self.axes[axis]) the 10th percentile: there the median, "
                    + "\(Self.short(grid.medianSpacing[axis])) mm, is more than 3 times that of the other axes, and voxels are less than a third as many"
            } else {
                median
            }
        return [.init("grid", "spacing", .list((0..<3).map { .number(grid.spacing[$0]) }), reason)]
    }

    // MARK: - Network

    private var networkEntries: [DataPlan.Entry] {
        [
            .init("learning", "dimensions", .integer(grid.dimensions), dimensionReason),
            .init("learning", "contextSlices", .integer(contextSlices), contextReason),
            .init("learning", "patch", .list(network.patch.map { .integer($0) }), patchReason),
            .init("learning", "widths", .list(network.widths.map { .integer($0) }), widthReason),
            .init("learning", "batch", .integer(network.batch), batchReason),
        ]
    }

    private var contextSlices: Int { grid.dimensions == 2 ? LearningSettings().contextSlices : 1 }

    private var contextReason: String {
        grid.dimensions == 2
            ? "the default: each slice with \(contextSlices / 2) on each side as channels" : "a 3-D network has none"
    }

    private var thicknessText: String {
        "a slice is \(Self.short(grid.spacing.z / max(grid.spacing.x, grid.spacing.y))) times as thick as its voxels are wide"
    }

    private var dimensionReason: String {
        if grid.dimensions == 3 { return "\(thicknessText), at most 3, so that 3-D blocks pay" }
        return grid.shape.z < PlannedGrid.fewestSlices
            ? "the median volume has \(grid.shape.z) slices, fewer than the \(PlannedGrid.fewestSlices) that a 3-D network can halve twice"
            : "\(thicknessText), more than 3, and a 3-D network here halves all axes alike"
    }

    private var patchReason: String {
        let (shape, axes) = (grid.shape, grid.dimensions)
        let volume = (0..<axes).map { String(shape[$0]) }.joined(separator: " x ")
        let what =
            axes == 3
            ? "the median volume at this spacing has \(volume) voxels" : "the median slice has \(volume) voxels"
        let multiple = 1 << (network.levels - 1)
        let shrunk =
            network.patch == network.wholePatch
            ? "two such patches fit into the memory"
            : "shrunk along the longest axis until two patches fit into \(PlanNumber.bytes(memory))"
        return "\(what); \(shrunk); a multiple of \(multiple) for \(network.levels) levels"
    }

    private var widthReason: String {
        let shortest = network.patch.min() ?? 0
        let first = network.widths.first ?? 0
        let narrow =
            first < 32 ? "; \(first) instead of 32 first channels, because the memory would leave a small patch" : ""
        return
            "\(network.levels) levels: the shortest axis of the patch, \(shortest), is halved to \(shortest >> (network.levels - 1)); "
            + "channels double up to 320\(narrow)"
    }

    private var batchReason: String {
        let need =
            "a step of \(network.batch) patches needs at most about \(PlanNumber.bytes(network.bytes)) of \(PlanNumber.bytes(memory))"
        return network.isBatchLimitedByVolumes
            ? "\(need); a larger batch would show over a twentieth of all training voxels in each step" : need
    }

    // MARK: - Intensities

    private var windowed: Bool { modalities.contains(.ct) }

    private var intensityEntries: [DataPlan.Entry] {
        let others = modalities.filter { $0 != .ct }.map(\.rawValue)
        guard windowed else {
            return [
                .init(
                    "learning", "intensity", .text(IntensityNormalisation.zscore.rawValue),
                    "values of \(others.joined(separator: " and ")) have no common unit: each image by its own mean and deviation"
                )
            ]
        }
        let choice: DataPlan.Entry =
            others.isEmpty
            ? .init(
                "learning", "intensity", .text(IntensityNormalisation.window.rawValue),
                "CT is in Hounsfield units, so that all images have one window")
            : .init(
                "learning", "intensity", .text(IntensityNormalisation.byModality.rawValue),
                "CT by one window in Hounsfield units; each image of \(others.joined(separator: " and ")) by its own mean and deviation"
            )
        return [choice] + windowEntries
    }

    private var windowEntries: [DataPlan.Entry] {
        let values = sample.intensities
        let source = "of \(values.voxels) annotated voxels in \(values.volumes) CT, each volume with the same weight"
        let (low, high) = window
        return [
            .init("learning", "windowLow", .integer(low), "0.5th percentile \(source)"),
            .init("learning", "windowHigh", .integer(high), "99.5th percentile of the same voxels"),
            .init("learning", "intensityMean", .number(Self.rounded(values.mean)), "mean of the same voxels"),
            .init(
                "learning", "intensityDeviation", .number(max(1, Self.rounded(values.deviation))),
                values.deviation < 1
                    ? "standard deviation of the same voxels, which is smaller than the least that is allowed"
                    : "standard deviation of the same voxels"),
        ]
    }

    /// Not empty, where the voxels have one value.
    private var window: (low: Int, high: Int) {
        let (low, high) = (sample.intensities.quantile(0.005), sample.intensities.quantile(0.995))
        let limit = ForegroundIntensities.range.upperBound
        return low < high ? (low, high) : low < limit ? (low, low + 1) : (limit - 1, limit)
    }

    // MARK: - Warnings

    private var warnings: [String] {
        var warnings: [String] = []
        if let axis = grid.coarseAxis, axis < 2 {
            warnings.append(
                "voxels are longest along \(Self.axes[axis]), not between slices, so that neither 2-D slices nor halving all axes alike "
                    + "suits these volumes well")
        }
        if !sample.unread.isEmpty {
            warnings.append(
                "\(sample.unread.count) of \(sample.chosen) images of the sample could not be read; a run would end with an error"
            )
        }
        if windowed, sample.intensities.deviation < 1 {
            warnings.append("the annotated voxels of CT have almost one value; check the images and the window")
        }
        return warnings
    }

    private static func short(_ value: Double) -> String { PlanNumber.text(value, places: 2) }

    private static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
