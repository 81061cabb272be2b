internal import Catalog
internal import Domain

extension LabelConflictSearch.Conflict {
    init(_ kind: LabelConflictSearch.Kind, _ pair: DifferingAnnotations, dice: Double?) {
        self.init(
            kind: kind, volume: pair.volume, caseName: pair.caseName, organ: pair.organ,
            current: pair.current.map(LabelConflictSearch.Side.init), other: LabelConflictSearch.Side(pair.other),
            dice: dice, state: pair.current?.isPersonal == true ? .person : pair.other.isHeld ? .held : .policy)
    }

    init(_ headers: DifferingHeaders) {
        func side(_ source: KnownScan.Source) -> LabelConflictSearch.Side {
            let value = headers.kind == .spacing ? source.spacing.inMillimetres : source.modality
            return LabelConflictSearch.Side(source: source.name, value: value, origin: nil, mask: nil)
        }
        self.init(
            kind: headers.kind == .spacing ? .spacing : .modality, volume: headers.volume,
            caseName: headers.caseName, organ: nil, current: side(headers.first), other: side(headers.other),
            dice: nil, state: .open)
    }

    init(_ subjects: DifferingSubjects) {
        let evidence =
            switch subjects.evidence {
            case .voxels: "same voxels"
            case .patient: "same patient identifier"
            case .study: "same study identifier"
            case .patients: "other patient identifier"
            }
        func side(_ source: String, _ value: String) -> LabelConflictSearch.Side {
            LabelConflictSearch.Side(source: source, value: value, origin: nil, mask: nil)
        }
        self.init(
            kind: .subject, volume: subjects.volume, caseName: subjects.other, organ: nil,
            current: side(subjects.first, subjects.firstSubject),
            other: side(subjects.other, "\(subjects.otherSubject), \(evidence)"), dice: nil,
            state: subjects.areApart ? .person : .open)
    }

    init(_ found: AnnotatedInAbsent) {
        self.init(
            kind: .part, volume: found.volume, caseName: found.caseName, organ: found.absent,
            current: LabelConflictSearch.Side(source: found.absentSource, value: "absent", origin: nil, mask: nil),
            other: LabelConflictSearch.Side(
                source: found.annotatedSource, value: "\(found.annotated) annotated", origin: nil, mask: found.mask),
            dice: nil, state: .open)
    }
}

extension LabelConflictSearch.Conflict {
    init(_ found: WholeWithoutDivisions) {
        let names = found.divisions.map(\.rawValue).joined(separator: ", ")
        self.init(
            kind: .part, volume: found.volume, caseName: found.caseName, organ: found.whole,
            current: LabelConflictSearch.Side(
                source: found.wholeSource, value: "annotated", origin: nil, mask: found.mask),
            other: LabelConflictSearch.Side(
                source: found.divisionSources, value: "\(names) absent", origin: nil, mask: nil),
            dice: nil, state: .open)
    }

    init(_ pair: OrganPair, shared: Int) {
        let value =
            pair.isInside ? "\(pair.second.organ) without it" : "\(pair.second.organ), \(shared) common voxels"
        self.init(
            kind: pair.isInside ? .outside : .exclusion, volume: pair.volume, caseName: pair.caseName,
            organ: pair.first.organ,
            current: LabelConflictSearch.Side(
                source: pair.first.source, value: "annotated", origin: nil, mask: pair.first.mask.mask),
            other: LabelConflictSearch.Side(
                source: pair.second.source, value: value, origin: nil, mask: pair.second.mask.mask),
            dice: nil, state: .open)
    }
}

extension LabelConflictSearch.Side {
    init(_ side: ConflictSide) {
        self.init(
            source: side.source, value: side.status.rawValue, origin: side.origin, mask: side.mask?.mask)
    }
}

extension Vector3<Double> {
    /// `0.8 x 0.8 x 2.5 mm`, to a thousandth.
    var inMillimetres: String {
        let numbers = [x, y, z].map { value in
            let rounded = (value * 1000).rounded() / 1000
            return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
        }
        return numbers.joined(separator: " x ") + " mm"
    }
}
