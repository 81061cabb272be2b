internal import Domain
internal import Imaging

/// What the values of one label file mean: which organs it decides, by which values, and which values are passed over.
struct LabelMeaning: Sendable {
    /// Organs of which the file is complete, and the values whose union each is, in the order of the map.
    let regions: [Region]
    /// Values that are explained, also those that mean no organ.
    let explained: Set<Int>
    /// Declared names without an organ.
    let unknownNames: [String]
    /// Organs with voxels that the caller's scope leaves out.
    let leftOut: [OrganKey]

    struct Region: Sendable {
        let organ: OrganKey
        /// Ascending.
        let values: [Int]
        /// Values of the file at whose voxels nothing is known of the organ.
        var unknown: Set<Int> = []
        /// Whether a model made it, whoever stands behind the rest of the file.
        var isModelMade = false
    }

    /// - Parameters:
    ///   - volume: the file, whose header may declare the meaning and whose values decide a file of one class.
    ///   - options: the caller's scope goes before the file's, and the caller's unknown values beside its own.
    /// - Throws: `unknownNames`, `unknownValues`, `unreadableDescription` where no table is in the header.
    init(_ file: LabelFile, _ volume: LabelVolume, options: ImportOptions) throws(ImportError) {
        let all: [Region]
        let unknown = file.unknown.union(options.description?.unknown ?? [])
        switch file.reading {
        case .values(let map, let unmapped):
            all = Self.regions(map)
            explained = unmapped.union(map.entries.map(\.value)).union(unknown)
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
            (all, unknownNames) = try Self.declared(table, file: file.file.path, options.ontology)
            explained = Set(table.map(\.key))
        }
        let present = Set(volume.regions.map(\.value))
        let scope = options.givenScope ?? file.scope
        let said = all.filter { !file.stated.silent.contains($0.organ) }
        regions = said.filter { scope.covers($0.organ, hasVoxels: !present.isDisjoint(with: $0.values)) }
            .map {
                Region(
                    organ: options.meaning(of: $0.organ), values: $0.values,
                    unknown: file.stated.complete.contains($0.organ) ? [] : unknown.subtracting($0.values),
                    isModelMade: file.stated.modelMade.contains($0.organ))
            }
        leftOut = said.filter { region in
            options.givenScope?.covers(region.organ, hasVoxels: true) == false
                && !present.isDisjoint(with: region.values)
        }.map(\.organ)
        let strangers = present.subtracting(explained).sorted()
        guard strangers.isEmpty else { throw .unknownValues(file: file.file.path, values: strangers) }
    }

    private static func regions(_ map: LabelMap) -> [Region] {
        map.organs.map { Region(organ: $0, values: map.values(of: $0)) }
    }

    /// Names decide, not numbers: those differ between TotalSegmentator's versions and tasks.
    private static func declared(
        _ table: [LabelTableEntry], file: String, _ ontology: Ontology
    ) throws(ImportError) -> ([Region], unknown: [String]) {
        let classes = ClassNames.explaining(Set(table.map(\.name)), modality: .ct)
        let entries = table.map {
            LabelMap.Entry(value: $0.key, name: $0.name, organs: classes.organs(of: $0.name, ontology))
        }
        let known = entries.filter { !$0.organs.isEmpty }
        let names = entries.filter(\.organs.isEmpty).map(\.name)
        guard !known.isEmpty else { throw .unknownNames(file: file, names: names) }
        return (regions(LabelMap(release: "declared", entries: known)), names)
    }
}
