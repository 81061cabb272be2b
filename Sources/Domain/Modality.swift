/// The imaging modality of an image.
public enum Modality: String, Hashable, Sendable, Codable, CaseIterable {
    case ct = "CT"
    case mr = "MR"
    case other

    /// Parses the terms that dataset descriptions use, such as `CT`, `MRI` or `T1w`; any other term is `other`.
    public init(term: String) {
        let term = term.lowercased()
        if term.hasPrefix("ct") || term == "computed tomography" {
            self = .ct
        } else if ["mr", "mri", "t1", "t2", "flair", "adc", "t1w", "t2w", "t1gd"].contains(term)
            || term.hasPrefix("mri")
        {
            self = .mr
        } else {
            self = .other
        }
    }
}
