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
        package let difference: Double?
        package let differenceInterval: BootstrapInterval?
    }

    package let evaluation: TestEvaluation
    /// One row per organ, in the order of the ontology, then the mean.
    package let rows: [Row]

    /// Nil where the run, or the other one, was not evaluated on its test part.
    /// - Throws: `CatalogError.unknownRun`.
    package static func read(run: String, against other: String? = nil, in catalog: LabelCatalog) async throws
        -> TestTable?
    {
        guard let evaluation = try await catalog.testEvaluation(of: run) else { return nil }
        var others: [TestResult]?
        if let other {
            guard try await catalog.testEvaluation(of: other) != nil else { return nil }
            others = try await catalog.testResults(of: other)
        }
        return TestTable(evaluation, try await catalog.testResults(of: run), against: others)
    }

    /// - Parameters:
    ///   - results: in the order of the organs.
    ///   - others: those of another run; nil: there is none to compare with.
    package init(_ evaluation: TestEvaluation, _ results: [TestResult], against others: [TestResult]? = nil) {
        self.evaluation = evaluation
        let paired = Dictionary(
            (others ?? []).map { (Mask($0), $0.record.dice) }, uniquingKeysWith: { first, _ in first })
        var organs: [OrganKey] = []
        for result in results where organs.last != result.record.organ { organs.append(result.record.organ) }
        rows =
            organs.map { organ in
                Row(organ.rawValue, results.filter { $0.record.organ == organ }, paired)
            } + [Row("all organs", results, paired)]
    }

    /// What the results of two runs are paired by.
    fileprivate struct Mask: Hashable {
        let volume: VolumeID
        let organ: OrganKey

        init(_ result: TestResult) { (volume, organ) = (result.record.volume, result.record.organ) }
    }
}

extension TestTable.Row {
    fileprivate init(_ title: String, _ results: [TestResult], _ others: [TestTable.Mask: Double?]) {
        func values(_ value: (TestResult) -> Double?) -> [OrganValue] {
            results.compactMap { result in
                value(result).map { OrganValue(subject: result.subject, organ: result.record.organ, value: $0) }
            }
        }
        func other(_ result: TestResult) -> Double? {
            result.record.dice == nil ? nil : others[TestTable.Mask(result)] ?? nil
        }
        let dice = values(\.record.dice)
        let differences = values { result in other(result).flatMap { theirs in result.record.dice.map { $0 - theirs } }
        }
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
            other: BootstrapInterval.mean(values(other)), difference: BootstrapInterval.mean(differences),
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
