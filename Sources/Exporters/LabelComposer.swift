public import Domain
public import Imaging

/// One volume's label map in canonical order, and what was found on the way.
public struct ComposedLabels: Sendable {
    public let values: VoxelBuffer<UInt8>
    /// For each organ of the scheme the voxels of its region.
    public let voxels: [Int]
    /// Voxels of which not all is known.
    public let ignored: Int
    /// Of those, the voxels that two organs claim of which a voxel is at most one.
    public let contested: Int

    /// Whether at least one voxel is decided.
    public var saysAnything: Bool { ignored < values.count }
}

/// Makes one label map out of what is known of each organ.
///
/// A voxel has a value where everything is known of it: of every wanted organ whether it is there. So a voxel of a known
/// organ that excludes the others is that organ, and a voxel is `ignore` where some wanted organ is unknown and none that
/// is known claims it: outside an extent, where nobody looked, and where a model's label is not believed. What people said comes first;
/// a model's labels fill only what they left open.
public struct LabelComposer: Sendable {
    public let scheme: LabelScheme
    let ontology: Ontology

    public init(scheme: LabelScheme, ontology: Ontology = .standard) {
        (self.scheme, self.ontology) = (scheme, ontology)
    }

    /// Whether the evidence says anything of a wanted organ itself, of its parts or of what it is a part of.
    public func concerns(_ evidence: OrganEvidence) -> Bool {
        scheme.organs.contains { organ in
            organ == evidence.organ || ontology.parts(of: organ).contains(evidence.organ)
                || ontology.parts(of: evidence.organ).contains(organ)
        }
    }

    /// - Parameters:
    ///   - shape: canonical.
    ///   - caseName: for errors.
    ///   - load: reads the mask of an organ that has one; called more than once for few.
    /// - Throws: `ExportError.overlap`, and what `load` throws.
    public func compose(
        _ evidence: [OrganEvidence], shape: GridShape, caseName: String, load: (OrganKey) throws -> Mask
    ) throws -> ComposedLabels {
        var planes = scheme.organs.map { _ in KnowledgePlane(words: (shape.count + 63) >> 6) }
        for isModelMade in [false, true] {
            let said = evidence.filter { $0.isModelMade == isModelMade }
            if said.isEmpty { continue }
            try withoutActuallyEscaping(load) { load in
                let reading = EvidenceReading(evidence: said, shape: shape, ontology: ontology, load: load)
                try learn(reading, &planes)
            }
            settle(&planes, overruling: !isModelMade)
        }
        return try LabelPainter(scheme: scheme, planes: planes, shape: shape).paint(caseName: caseName)
    }

    private func learn(_ reading: EvidenceReading, _ planes: inout [KnowledgePlane]) throws {
        for item in reading.evidence {
            guard let organ = scheme.organs.firstIndex(of: item.organ) else { continue }
            let statement = try reading.statement(item)
            planes[organ].learn(positive: statement.positive)
            planes[organ].learn(negative: statement.negative)
        }
        for item in reading.evidence where !scheme.organs.contains(item.organ) {
            let effects = effects(of: item.organ, on: planes)
            if effects.isEmpty { continue }
            let statement = try reading.statement(item)
            for (organ, effect) in effects {
                switch effect {
                case .isPart: planes[organ].learn(positive: statement.positive)
                case .isWhole: planes[organ].learn(negative: statement.negative)
                case .excludes: planes[organ].learn(negative: statement.positive)
                }
            }
        }
        for (index, organ) in scheme.organs.enumerated() where !reading.has(organ) {
            if let negative = try reading.negative(of: organ) { planes[index].learn(negative: negative) }
        }
    }

    private enum Effect { case isPart, isWhole, excludes }

    /// What an organ that is not wanted says of the wanted ones that are not known everywhere.
    private func effects(of other: OrganKey, on planes: [KnowledgePlane]) -> [(Int, Effect)] {
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

    /// A part's voxels are its whole's; what is outside the whole is outside the part; organs that exclude each other.
    private func settle(_ planes: inout [KnowledgePlane], overruling: Bool) {
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

/// Reads the statements of one kind, people's or models', about one volume.
struct EvidenceReading {
    let evidence: [OrganEvidence]
    let shape: GridShape
    let ontology: Ontology
    let load: (OrganKey) throws -> Mask

    func has(_ organ: OrganKey) -> Bool { evidence.contains { $0.organ == organ } }

    func statement(_ item: OrganEvidence) throws -> OrganStatement {
        let mask = item.hasMask ? try load(item.organ) : nil
        return OrganStatement(foreground: mask?.foreground, known: mask?.known, extent: item.extent, shape: shape)
    }

    /// Where the organ surely is not; an organ that nobody stated is nowhere that all its divisions are not.
    func negative(of organ: OrganKey) throws -> [UInt64]? {
        if let item = evidence.first(where: { $0.organ == organ }) { return try statement(item).negative }
        var common: [UInt64]?
        for division in ontology.divisions(of: organ) {
            guard let negative = try negative(of: division) else { return nil }
            common = common.map { zip($0, negative).map { $0 & $1 } } ?? negative
        }
        return common
    }
}
