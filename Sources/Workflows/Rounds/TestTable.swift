package import Catalog
internal import Domain

/// The recorded evaluation of a run on its test part by organ, with that of another run on the same masks.
package struct TestTable: Sendable {
    package struct Row: Sendable, Hashable {
        /// The key of an organ, or the title of the mean.
        package let organ: String
        /// Volumes with a Dice; of the mean, masks with one.
        package let volumes: Int
        /// Mean Dice on the images' own grids, 0 to 1.
        package let dice: Double?
        package let interval: BootstrapInterval?
        /// Predicted over annotated millilitres in the volumes that show the organ.
        package let volumeRatio: Double?
        /// Mean share of both surfaces within two millimetres of the other, where neither mask is empty.
        package let surfaceDice: Double?
        /// Means of the soft Dice and of the Dice predicted from it.
        package let softDice, predictedDice: Double?
        /// The share of masks whose Dice is in the interval of the predicted one.
        package let inside: Double?
        /// The mean Dice of the other run on the masks that both have, and by how much it is smaller.
        package let other: Double?
        /// Masks with a Dice that both runs have, and those of each run that the other one has not; nil without another run.
        package let common, unpaired, otherUnpaired: Int?
        package let difference: Double?
        package let differenceInterval: BootstrapInterval?
    }

    package let evaluation: TestEvaluation
    /// One row per organ, in the order of the ontology, then the mean.
    package let rows: [Row]
    /// The volumes over which two runs are compared; nil without another run.
    package let comparison: ComparedVolumes?

    /// Volumes with a Dice of an organ.
    package struct ComparedVolumes: Sendable, Hashable {
        /// Of which both runs have a Dice of the same organ.
        package let common: Int
        /// The others of each run, which the comparison leaves out.
        package let leftOut, otherLeftOut: Int
    }

    /// - Throws: `CatalogError.unknownRun`; `WorkflowError` of kind `badInput` where the run, or the other one, was not evaluated on its
    ///   test part.
    package static func read(run: String, against other: String? = nil, in catalog: LabelCatalog) async throws
        -> TestTable
    {
        let evaluation = try await Self.evaluation(of: run, in: catalog)
        var others: [TestResult]?
        if let other {
            _ = try await Self.evaluation(of: other, in: catalog)
            others = try await catalog.testResults(of: other)
        }
        return TestTable(evaluation, try await catalog.testResults(of: run), against: others)
    }

    private static func evaluation(of run: String, in catalog: LabelCatalog) async throws -> TestEvaluation {
        guard let evaluation = try await catalog.testEvaluation(of: run) else {
            throw WorkflowError(
                .badInput, "no result of run \(run) on the test part of its split is recorded",
                remedy: "lacunad evaluate \(run) --part test makes it, once the run is finished")
        }
        return evaluation
    }

    /// - Parameters:
    ///   - results: in the order of the organs.
    ///   - others: those of another run; nil: there is none to compare with.
    package init(_ evaluation: TestEvaluation, _ results: [TestResult], against others: [TestResult]? = nil) {
        self.evaluation = evaluation
        let paired = others.map { others in
            Dictionary(
                others.compactMap { result in result.record.dice.map { (Mask(result), $0) } },
                uniquingKeysWith: { first, _ in first })
        }
        comparison = paired.map { ComparedVolumes(results, $0) }
        var organs: [OrganKey] = []
        for result in results where organs.last != result.record.organ { organs.append(result.record.organ) }
        rows =
            organs.map { Row($0.rawValue, $0, results, paired) } + [Row("all organs", nil, results, paired)]
    }

    /// What the results of two runs are paired by.
    struct Mask: Hashable {
        let volume: VolumeID
        let organ: OrganKey

        init(_ result: TestResult) { (volume, organ) = (result.record.volume, result.record.organ) }
    }
}

extension TestTable.ComparedVolumes {
    fileprivate init(_ results: [TestResult], _ others: [TestTable.Mask: Double]) {
        let own = results.filter { $0.record.dice != nil }.map(TestTable.Mask.init)
        let shared = Set(own.filter { others[$0] != nil }.map(\.volume))
        self.init(
            common: shared.count, leftOut: Set(own.map(\.volume)).subtracting(shared).count,
            otherLeftOut: Set(others.keys.map(\.volume)).subtracting(shared).count)
    }
}

extension TestTable.Row {
    /// - Parameters:
    ///   - organ: nil: all organs.
    ///   - others: the Dice of the other run; nil: there is none.
    fileprivate init(
        _ title: String, _ organ: OrganKey?, _ all: [TestResult], _ others: [TestTable.Mask: Double]?
    ) {
        let results = organ == nil ? all : all.filter { $0.record.organ == organ }
        func values(_ value: (TestResult) -> Double?) -> [OrganValue] {
            results.compactMap { result in
                value(result).map { OrganValue(subject: result.subject, organ: result.record.organ, value: $0) }
            }
        }
        func other(_ result: TestResult) -> Double? {
            result.record.dice == nil ? nil : others?[TestTable.Mask(result)]
        }
        let dice = values(\.record.dice)
        let differences = values { result in other(result).flatMap { theirs in result.record.dice.map { $0 - theirs } }
        }
        let theirs = others.map { others in others.keys.count { organ == nil || $0.organ == organ } }
        let inside = results.compactMap(\.record.isInside)
        let shown = results.map(\.record).filter { $0.referenceMillilitres > 0 }
        let (predicted, reference) = (
            shown.reduce(0) { $0 + $1.predictedMillilitres }, shown.reduce(0) { $0 + $1.referenceMillilitres }
        )
        self.init(
            organ: title, volumes: dice.count, dice: BootstrapInterval.mean(dice), interval: BootstrapInterval(dice),
            volumeRatio: reference > 0 ? predicted / reference : nil,
            surfaceDice: BootstrapInterval.mean(values(\.record.surfaceDice)),
            softDice: BootstrapInterval.mean(values(\.record.quality?.softDice)),
            predictedDice: BootstrapInterval.mean(values(\.record.quality?.predicted?.dice)),
            inside: inside.isEmpty ? nil : Double(inside.count { $0 }) / Double(inside.count),
            other: BootstrapInterval.mean(values(other)), common: theirs == nil ? nil : differences.count,
            unpaired: theirs == nil ? nil : dice.count - differences.count,
            otherUnpaired: theirs.map { $0 - differences.count }, difference: BootstrapInterval.mean(differences),
            differenceInterval: BootstrapInterval(differences))
    }
}

extension TestRecord {
    /// Whether the Dice is in the interval of the predicted one; nil where one of them is unknown.
    fileprivate var isInside: Bool? {
        guard let dice, let predicted = quality?.predicted else { return nil }
        return (predicted.lower...predicted.upper).contains(dice)
    }
}
