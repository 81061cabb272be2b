public import ArgumentParser
public import Catalog
public import Domain
public import Importers

extension AnnotationPolicy.Kind: ExpressibleByArgument {}

extension LabelOrigin: ExpressibleByArgument {}

extension Modality: ExpressibleByArgument {}

extension SplitPart: ExpressibleByArgument {}
