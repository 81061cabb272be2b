internal import Domain
internal import Imaging

/// Finds organs that are recorded as absent although the other organs of the case show that the image contains their usual place.
///
/// An end of an organ that is not at the border of the image shows that the image contains the organ's usual level. The image contains
/// all levels between the uppermost and the lowest such end.
struct AbsenceCheck {
    /// Smaller regions may be stray voxels, which show nothing.
    private static let leastMillilitres = 10.0
    /// Millimetres between two vertebral levels, from small children to tall adults; other distances show that the labels are no
    /// organs of a person.
    private static let millimetresPerLevel = 10.0...60.0

    /// An end of an organ: its usual level, and its height in the image in millimetres.
    private struct End {
        let level: Double
        let height: Double
    }

    private let labels: [InspectedLabel]
    private let grid: ImageGrid
    private let ontology: Ontology

    init(_ labels: [InspectedLabel], on grid: ImageGrid, _ ontology: Ontology) {
        (self.labels, self.grid, self.ontology) = (labels, grid, ontology)
    }

    /// One finding for each organ.
    var findings: [ImportFinding] {
        let absent = labels.filter { $0.status == .absent && place(of: $0.organ) != nil }
        // Outside a crop nothing is known, and an organ that ends at its border is cut.
        guard !absent.isEmpty, labels.allSatisfy({ $0.extent == nil }) else { return [] }
        if labels.count == 1 { return [ImportFinding(onlyAbsent: absent[0].organ, file: absent[0].file.file.path)] }
        guard let levels else { return [] }
        return absent.filter { label in
            place(of: label.organ)?.cores.contains {
                levels.lowerBound <= $0.lowerBound && $0.upperBound <= levels.upperBound
            }
                == true
        }.map { ImportFinding(implausiblyAbsent: $0.organ, file: $0.file.file.path) }
    }

    /// The levels that the image contains; nil where too few organs show them.
    private var levels: ClosedRange<Double>? {
        let ends = labels.flatMap(ends)
        guard let top = ends.min(by: { $0.level < $1.level }), let bottom = ends.max(by: { $0.level < $1.level }),
            top.level < bottom.level,
            Self.millimetresPerLevel.contains((top.height - bottom.height) / (bottom.level - top.level))
        else { return nil }
        return top.level...bottom.level
    }

    private func ends(_ label: InspectedLabel) -> [End] {
        guard let region = label.region, region.millilitres >= Self.leastMillilitres,
            let usual = place(of: label.organ)?.ends
        else { return [] }
        var ends: [End] = []
        if region.box.upper.z < grid.canonicalShape.z {
            ends.append(End(level: usual.lowerBound, height: Double(region.box.upper.z) * grid.spacing.z))
        }
        if region.box.lower.z > 0 {
            ends.append(End(level: usual.upperBound, height: Double(region.box.lower.z) * grid.spacing.z))
        }
        return ends
    }

    private func place(of organ: OrganKey) -> BodyPlace? { BodyPlace.of(ontology.base(of: organ)) }
}

extension ImportFinding {
    fileprivate init(implausiblyAbsent organ: OrganKey, file: String) {
        self.init(
            .absence, file: file,
            problem:
                "\(organ) has no voxels and is recorded as absent, although the other organs show that the image contains "
                + "its usual place",
            remedy: Self.absenceRemedy)
    }

    fileprivate init(onlyAbsent organ: OrganKey, file: String) {
        self.init(
            .absence, file: file,
            problem: "the label has no voxels, and \(organ), its only organ, is recorded as absent",
            remedy: Self.absenceRemedy)
    }

    private static let absenceRemedy =
        "if it was not labelled, import again with --complete and the organs that were, or with --complete present; if it is not "
        + "in the image, nothing"
}
