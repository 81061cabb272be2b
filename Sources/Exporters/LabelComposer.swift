public import Domain
public import Imaging

/// The label map of one volume, in canonical voxel order.
public struct ComposedLabels: Sendable {
    /// One byte per voxel, x fastest: a value of the scheme, 0 for background, or the scheme's `ignoreValue`.
    public let values: VoxelBuffer<UInt8>
    /// The number of voxels of each organ's region.
    public let voxels: [OrganKey: Int]
    /// The number of `ignore` voxels.
    public let ignored: Int
    /// The number of `ignore` voxels that belong to two organs which exclude each other.
    public let contested: Int

    /// Whether at least one voxel has a value other than `ignore`.
    public var hasDecidedVoxels: Bool { ignored < values.count }
}

/// Composes one label map from the evidence about each organ.
///
/// A voxel has a value where it is known, for every exported organ, whether the voxel belongs to it. A voxel of an organ that
/// excludes all others is therefore decided, and a voxel is `ignore` where some exported organ is unknown and no known organ
/// contains it: outside an extent, where an organ was not examined, and outside the validity mask of a pseudo label.
/// Annotations come first; pseudo labels apply only where annotations leave a voxel undecided.
public struct LabelComposer: Sendable {
    public let scheme: LabelScheme
    let ontology: Ontology

    public init(scheme: LabelScheme, ontology: Ontology = .standard) {
        (self.scheme, self.ontology) = (scheme, ontology)
    }

    /// Whether the evidence is about an exported organ, one of its parts, or a whole that contains it.
    public func concerns(_ evidence: OrganEvidence) -> Bool {
        scheme.organs.contains { organ in
            organ == evidence.organ || ontology.parts(of: organ).contains(evidence.organ)
                || ontology.parts(of: evidence.organ).contains(organ)
        }
    }

    /// Holds two bit volumes per exported organ and one mask at a time.
    ///
    /// - Parameters:
    ///   - evidence: at most one item per organ of annotations, and one of pseudo labels.
    ///   - shape: the canonical shape of the volume.
    ///   - caseName: for errors.
    ///   - load: reads the mask of an organ whose evidence has one; called more than once for some organs.
    /// - Throws: `ExportError.overlap`, and the errors of `load`.
    public func compose(
        _ evidence: [OrganEvidence], shape: GridShape, caseName: String,
        load: @escaping (OrganKey) async throws -> Mask
    ) async throws -> ComposedLabels {
        var planes = scheme.organs.map { _ in KnowledgePlane(words: (shape.count + 63) >> 6) }
        for isModelMade in [false, true] {
            let items = evidence.filter { $0.isModelMade == isModelMade }
            if items.isEmpty { continue }
            try await learn(EvidenceReading(evidence: items, shape: shape, ontology: ontology, load: load), &planes)
            applyRelations(&planes, overruling: !isModelMade)
        }
        return try LabelPainter(scheme: scheme, planes: planes, shape: shape).paint(caseName: caseName)
    }

    private func learn(_ reading: EvidenceReading, _ planes: inout [KnowledgePlane]) async throws {
        for item in reading.evidence {
            guard let organ = scheme.organs.firstIndex(of: item.organ) else { continue }
            let statement = try await reading.statement(item)
            planes[organ].learn(positive: statement.positive)
            planes[organ].learn(negative: statement.negative)
        }
        for item in reading.evidence where !scheme.organs.contains(item.organ) {
            let effects = effects(of: item.organ)
            if effects.isEmpty { continue }
            let statement = try await reading.statement(item)
            for (organ, effect) in effects {
                switch effect {
                case .isPart: planes[organ].learn(positive: statement.positive)
                case .isWhole: planes[organ].learn(negative: statement.negative)
                case .excludes: planes[organ].learn(negative: statement.positive)
                }
            }
        }
        for (index, organ) in scheme.organs.enumerated() where !reading.has(organ) {
            if let negative = try await reading.negative(of: organ) { planes[index].learn(negative: negative) }
        }
    }

    private enum Effect { case isPart, isWhole, excludes }

    /// What an organ that is not exported implies for the exported ones, by their indices.
    private func effects(of other: OrganKey) -> [(Int, Effect)] {
        scheme.organs.indices.compactMap { index in
            let organ = scheme.organs[index]
            let effect: Effect? =
                ontology.parts(of: organ).contains(other)
                ? .isPart
                : ontology.parts(of: other).contains(organ)
                    ? .isWhole : ontology.excludes(organ, other) ? .excludes : nil
            return effect.map { (index, $0) }
        }
    }

    /// Applies the ontology: voxels of a part belong to its whole, voxels outside a whole are outside its parts, and voxels of an
    /// organ are outside those that it excludes.
    private func applyRelations(_ planes: inout [KnowledgePlane], overruling: Bool) {
        for whole in scheme.organs.indices.reversed() {
            for part in scheme.parts[whole] {
                let positive = planes[part].positive
                if overruling { planes[whole].claim(positive) } else { planes[whole].learn(positive: positive) }
            }
        }
        for whole in scheme.organs.indices {
            for part in scheme.parts[whole] { planes[part].learn(negative: planes[whole].negative) }
        }
        for a in scheme.organs.indices {
            for b in scheme.organs.indices where scheme.excludes[a][b] {
                planes[b].learn(negative: planes[a].positive)
            }
        }
    }
}

/// Reads the evidence of one kind, annotations or pseudo labels, about one volume.
struct EvidenceReading {
    let evidence: [OrganEvidence]
    let shape: GridShape
    let ontology: Ontology
    let load: (OrganKey) async throws -> Mask

    func has(_ organ: OrganKey) -> Bool { evidence.contains { $0.organ == organ } }

    func statement(_ item: OrganEvidence) async throws -> OrganStatement {
        let mask = item.hasMask ? try await load(item.organ) : nil
        return OrganStatement(foreground: mask?.foreground, known: mask?.known, extent: item.extent, shape: shape)
    }

    /// The voxels outside an organ. An organ without evidence is outside wherever all its divisions are; nil where a division is
    /// unknown.
    func negative(of organ: OrganKey) async throws -> [UInt64]? {
        if let item = evidence.first(where: { $0.organ == organ }) { return try await statement(item).negative }
        var common: [UInt64]?
        for division in ontology.divisions(of: organ) {
            guard let negative = try await negative(of: division) else { return nil }
            common = common.map { zip($0, negative).map { $0 & $1 } } ?? negative
        }
        return common
    }
}
