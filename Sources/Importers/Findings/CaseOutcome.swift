/// How the import of one case ended.
public enum CaseOutcome: Hashable, Sendable {
    /// Imported without warnings.
    case accepted
    /// Not imported again: the checksums of all files are recorded already.
    case unchanged
    /// Imported, with warnings.
    case warned([ImportFinding])
    /// Valid but not imported, because another case made a strict import fail.
    case unrecorded([ImportFinding])
    /// Labels without their image: recorded as waiting; there is no volume.
    case waiting(ImportError)
    /// Not imported until a person has checked it: image and label may not belong together.
    case quarantined(ImportError)
    /// Not imported.
    case refused(ImportError)

    /// The outcome of an inspected case.
    public init(_ findings: [ImportFinding]) { self = findings.isEmpty ? .accepted : .warned(findings) }

    /// The outcome of a case that could not be inspected.
    public init(_ error: ImportError) {
        switch error {
        case .waitsForImage, .waitsForTarget: self = .waiting(error)
        default: self = error.quarantines ? .quarantined(error) : .refused(error)
        }
    }

    public var kind: Kind {
        switch self {
        case .accepted: .accepted
        case .unchanged: .unchanged
        case .warned: .warned
        case .unrecorded: .unrecorded
        case .waiting: .waiting
        case .quarantined: .quarantined
        case .refused: .refused
        }
    }

    /// The outcome without its findings or error, as reports name it.
    public enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        case accepted, unchanged, warned, waiting, quarantined, refused, unrecorded
    }
}
