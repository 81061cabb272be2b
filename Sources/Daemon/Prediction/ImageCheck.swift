internal import Domain
internal import Imaging
internal import Plans
internal import System
internal import Workflows

/// What a run has learned from, against which an image to predict is checked.
struct ImageCheck: Sendable {
    let modalities: [String]
    /// The spacings of the run's volumes along x, y, z in millimetres.
    let spacings: [Vector3<Double>]
    let organs: Int
    let hasHead: Bool
    /// Slices that are predicted at a time.
    let slices: Int
    /// Bytes of memory that are free; nil where nobody knows.
    var available = Memory.available

    /// How far the spacing may be beyond that of every volume of the run before it is named.
    private static let factor = 1.5

    /// - Parameter modality: as DICOM or the user states it; nil where nobody does.
    /// - Throws: `WorkflowError` of kind `badInput` for an image that the network cannot be expected to know, or that does not fit
    ///   into memory.
    /// - Returns: what is unusual, as sentences without the file.
    func warnings(_ image: ImageVolume, _ path: String, modality: String?, training: GridShape) throws -> [String] {
        if let modality, !modalities.contains(modality) {
            throw WorkflowError(
                .badInput, "its modality is \(modality); the run learned from \(modalities.joined(separator: ", "))",
                file: path, remedy: "predict it with a run on such images")
        }
        try requireSpacing(image.spacing, path)
        try requireMemory(image.shape, training, path)
        return unusualValues(image, modality) + unusualGrid(image) + unusualSpacing(image.spacing)
    }

    private func unusualValues(_ image: ImageVolume, _ modality: String?) -> [String] {
        var warnings: [String] = []
        if modalities == ["CT"], modality == nil, image.statistics.lacksAir {
            warnings.append("no voxel is near −1000, so the values may not be Hounsfield units; the masks may be wrong")
        }
        if !image.statistics.lacksAir, modality.map({ $0 != "CT" }) ?? !modalities.contains("CT") {
            let taken =
                modality.map { "it is taken for \($0)" } ?? "the run learned from \(modalities.joined(separator: ", "))"
            warnings.append(
                "its values are like Hounsfield units, with air near −1000, so it may be a CT, and \(taken); the masks may be wrong"
            )
        }
        let sample = ValueSample(image.voxels)
        if sample.values < Self.fewestValues {
            warnings.append(
                "it has only \(sample.values) different values, as a mask or a label map has, which is no image; the masks may be wrong"
            )
        }
        if sample.largestShare >= 0.999 {
            warnings.append("999 of 1000 of its voxels have one value, so it is almost empty; the masks may be wrong")
        }
        return warnings
    }

    /// Label maps of whole bodies have up to 120 values, an image of 8 bits has up to 256.
    private static let fewestValues = 128

    private func unusualGrid(_ image: ImageVolume) -> [String] {
        let headers = image.file.findings.map(\.description)
        let thin = (0..<3).filter { image.shape[$0] == 1 }.map { axis in
            "it has one slice along \(["x", "y", "z"][axis])"
        }
        return (headers + thin).map { "\($0); the masks may be wrong" }
    }

    /// The modality by which an image is normalised.
    ///
    /// - Throws: `WorkflowError` of kind `badInput` where it is not stated, and those of the run are normalised in different ways.
    func normalised(as modality: String?, _ settings: LearningSettings, _ path: String) throws -> String {
        if let modality { return modality }
        guard let first = modalities.first, Set(modalities.map(settings.intensity.resolved)).count == 1 else {
            throw WorkflowError(
                .badInput,
                "its modality is not stated, and the run normalises \(modalities.joined(separator: " and ")) in different ways",
                file: path, remedy: "give --modality")
        }
        return first
    }

    private func requireSpacing(_ spacing: Vector3<Double>, _ path: String) throws {
        guard let wrong = (0..<3).map({ spacing[$0] }).first(where: { !(0.1...20).contains($0) }) else { return }
        throw WorkflowError(
            .badInput, "its spacing of \(wrong) mm is outside 0.1 to 20 mm", file: path,
            remedy: "correct the header of the image")
    }

    private func unusualSpacing(_ spacing: Vector3<Double>) -> [String] {
        (0..<3).compactMap { axis in
            let known = spacings.map { $0[axis] }
            guard let least = known.min(), let most = known.max(),
                spacing[axis] < least / Self.factor || spacing[axis] > most * Self.factor
            else { return nil }
            let name = ["x", "y", "z"][axis]
            return "its spacing of \(Self.text(spacing[axis])) mm along \(name) is outside that of the run's volumes, "
                + "\(Self.text(least)) to \(Self.text(most)) mm; the masks may be wrong"
        }
    }

    private func requireMemory(_ native: GridShape, _ training: GridShape, _ path: String) throws {
        guard let available else { return }
        let score = (hasHead ? 2 : 1) * MemoryLayout<Int16>.size
        let inProgress = min(slices, training.z) * training.x * training.y * organs * 3 * score
        // Of the five slices whose neighbours are still to come.
        let surroundings = 15 * training.x * training.y * organs
        // The codes, the positives of one organ at each voxel, the masks, and two copies of a mask that is written.
        let needed = training.count * (2 + score + (organs + 7) / 8) + inProgress + surroundings + native.count * 3
        guard needed > available else { return }
        throw WorkflowError(
            .badInput,
            "its prediction takes about \(Self.gigabytes(needed)) GB of memory, and \(Self.gigabytes(available)) GB are free",
            file: path, remedy: "crop the image, or predict it on a machine with more memory")
    }

    private static func text(_ value: Double) -> String { String((value * 100).rounded() / 100) }

    private static func gigabytes(_ bytes: Int) -> String { String((Double(bytes) / 1e8).rounded() / 10) }
}
