package import Domain
internal import System

/// A value of one organ in one volume.
package struct OrganValue: Sendable, Hashable {
    package let subject: SubjectID
    package let organ: OrganKey
    package let value: Double

    package init(subject: SubjectID, organ: OrganKey, value: Double) {
        (self.subject, self.organ, self.value) = (subject, organ, value)
    }
}

/// The 95 % interval of a mean: percentiles of the means of subjects drawn with replacement (Efron and Tibshirani, An Introduction to
/// the Bootstrap, 1993). The volumes of a subject are drawn together, because they are alike. Equal values have equal intervals.
package struct BootstrapInterval: Sendable, Hashable {
    package let lower, upper: Double

    /// Means that are drawn.
    package static let draws = 2000

    /// - Returns: nil for fewer than two subjects.
    package init?(_ values: [OrganValue]) {
        let bySubject = Dictionary(grouping: values, by: \.subject).sorted { $0.key < $1.key }.map(\.value)
        guard bySubject.count > 1 else { return nil }
        let means = (0..<Self.draws).compactMap { draw -> Double? in
            var random = CounterRandom(UInt64(draw))
            return Self.mean(bySubject.indices.flatMap { _ in bySubject[random.index(below: bySubject.count)] })
        }.sorted()
        let tail = Self.draws / 40
        (lower, upper) = (means[tail - 1], means[means.count - tail])
    }

    /// The mean over the organs of their means; nil without a value.
    package static func mean(_ values: [OrganValue]) -> Double? {
        var sums: [OrganKey: (sum: Double, count: Double)] = [:]
        for value in values {
            let (sum, count) = sums[value.organ] ?? (0, 0)
            sums[value.organ] = (sum + value.value, count + 1)
        }
        guard !sums.isEmpty else { return nil }
        return sums.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value.sum / $1.value.count } / Double(sums.count)
    }
}
