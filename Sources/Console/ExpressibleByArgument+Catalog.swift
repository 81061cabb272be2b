public import ArgumentParser
public import Catalog
public import Domain

extension AnnotationPolicy.Kind: ExpressibleByArgument {}

extension LabelOrigin: ExpressibleByArgument {}

extension Modality: ExpressibleByArgument {
    /// Upper and lower case are the same.
    public init?(argument: String) {
        guard let value = Self.allCases.first(where: { $0.rawValue.lowercased() == argument.lowercased() }) else {
            return nil
        }
        self = value
    }
}

extension SplitPart: ExpressibleByArgument {}
