package import Domain

/// The choice of labels, volumes and terms of an export, whatever its format.
package struct ExportRequest: Hashable, Sendable {
    /// Counts variants of an organ as the organ.
    package struct ClassMapping: Hashable, Sendable {
        /// The exported organ, by key or any other spelling.
        package var organ: String
        /// The organs counted as it, in order of preference.
        package var accepted: [String]

        package init(organ: String, accepted: [String]) { (self.organ, self.accepted) = (organ, accepted) }

        /// `ORGAN=ORGAN,VARIANT`.
        package var text: String { "\(organ)=\(accepted.joined(separator: ","))" }
    }

    /// Organs by key or any other spelling, in the order of the label values.
    package var organs: [String]
    /// A split, or the common name of the folds `NAME-0`, `NAME-1` and so on; nil: all subjects.
    package var split: String?
    /// The parts of the split to export; empty: the default of the format.
    package var parts: Set<SplitPart> = []
    /// The datasets whose volumes and labels are exported; empty: all.
    package var datasets: [String] = []
    /// Nil: the current revision.
    package var asOf: Revision?
    package var classMappings: [ClassMapping] = []
    /// Whether pseudo labels fill what annotations leave undecided.
    package var includesPseudoLabels = false
    /// The run whose pseudo labels are exported; nil: the current one.
    package var run: String?
    package var purpose: ExportPurpose = .research
    /// Datasets whose licence was accepted by name.
    package var acceptedLicences: [String] = []

    package init(organs: [String]) { self.organs = organs }

    var gate: LicenceGate { LicenceGate(purpose: purpose, accepted: Set(acceptedLicences)) }
}
