internal import Domain
internal import Imaging

/// The meaning of one label file: the organs that were examined in it, and their values.
struct LabelMeaning: Sendable {
    /// Examined organs with their values, in the order of the map.
    let regions: [Region]
    /// Values with a meaning, including those that mean no organ.
    let explained: Set<Int>
    /// Declared names that match no organ.
    let unknownNames: [String]
    /// Organs with voxels that the caller's scope excludes.
    let leftOut: [OrganKey]

    struct Region: Sendable {
        let organ: OrganKey
        /// Ascending; their voxels together are the organ.
        let values: [Int]
        /// Values of the file at whose voxels the organ is unknown.
        var unknown: Set<Int> = []
        /// Whether it is a pseudo label, whatever the origin of the file's other labels.
        var isModelMade = false

        func hasVoxels(in volume: LabelVolume) -> Bool { volume.regions.contains { values.contains($0.value) } }
    }

    /// - Parameters:
    ///   - volume: the file's voxels, and its header with the label table of a `declared` file.
    ///   - options: the caller's scope takes precedence over the file's; the caller's unknown values are added to its
    ///     own, which include the values that mean no organ.
    /// - Throws: `unknownNames`, `unknownValues`; `unreadableDescription` where a `declared` file has no label table.
    init(_ file: LabelFile, _ volume: LabelVolume, options: ImportOptions) throws(ImportError) {
        let all: [Region]
        var unknown = file.unknown.union(options.description?.unknown ?? [])
        let background = options.description?.background ?? []
        switch file.reading {
        case .values(let map, let unmapped):
            all = Self.regions(map)
            unknown.formUnion(unmapped)
            explained = unknown.union(map.entries.map(\.value)).union(background)
            unknownNames = []
        case .oneClass(let organs):
            let values = volume.regions.map(\.value)
            guard values.count < 2 else { throw .unknownValues(file: file.file.path, values: values) }
            all = organs.map { Region(organ: $0, values: values) }
            (explained, unknownNames) = (Set(values), [])
        case .declared:
            guard let table = volume.file.header.labelTable?.filter({ $0.key != 0 }), !table.isEmpty else {
                throw .unreadableDescription(file: file.file.path, reason: "the header declares no labels")
            }
            let declared = try Self.declared(table, file: file.file.path, options.ontology)
            (all, unknownNames) = (declared.regions, declared.unknown.map(\.name))
            unknown.formUnion(declared.unknown.map(\.value))
            explained = Set(table.map(\.key))
        }
        let present = Set(volume.regions.map(\.value))
        let scope = options.givenScope ?? file.scope
        let labelled = all.filter { !file.stated.unlabelled.contains($0.organ) }
        regions = labelled.filter { scope.covers($0.organ, hasVoxels: !present.isDisjoint(with: $0.values)) }
            .map {
                Region(
                    organ: options.meaning(of: $0.organ), values: $0.values,
                    unknown: file.stated.complete.contains($0.organ) ? [] : unknown.subtracting($0.values),
                    isModelMade: file.stated.modelMade.contains($0.organ))
            }
        leftOut = labelled.filter { region in
            options.givenScope?.covers(region.organ, hasVoxels: true) == false
                && !present.isDisjoint(with: region.values)
        }.map(\.organ)
        let unexplained = present.subtracting(explained).sorted()
        guard unexplained.isEmpty else { throw .unknownValues(file: file.file.path, values: unexplained) }
    }

    private static func regions(_ map: LabelMap) -> [Region] {
        map.organs.map { Region(organ: $0, values: map.values(of: $0)) }
    }

    /// Resolved by name, not by value: TotalSegmentator's values differ between versions and tasks.
    private static func declared(
        _ table: [LabelTableEntry], file: String, _ ontology: Ontology
    ) throws(ImportError) -> (regions: [Region], unknown: [LabelMap.Entry]) {
        let classes = ClassNames.explaining(Set(table.map(\.name)), modality: .ct)
        let entries = table.map {
            LabelMap.Entry(value: $0.key, name: $0.name, organs: classes.organs(of: $0.name, ontology))
        }
        let known = entries.filter { !$0.organs.isEmpty }
        let unknown = entries.filter(\.organs.isEmpty)
        guard !known.isEmpty else { throw .unknownNames(file: file, names: unknown.map(\.name)) }
        return (regions(LabelMap(release: "declared", entries: known)), unknown)
    }
}
