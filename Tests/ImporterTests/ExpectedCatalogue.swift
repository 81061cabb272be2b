import Domain
import FoundationEssentials
import Imaging
import Importers

/// The records that a dataset adds to the catalogue, in a form that a person can check: the files in `Expected`.
struct ExpectedCatalogue: Codable, Equatable {
    struct Case: Codable, Equatable {
        var name: String
        var subject: String
        var modality: String
        /// Organ to status, origin and voxels; `partial` where the label is complete only in a part.
        var labels: [String: String]
        /// Kinds of warnings.
        var findings: [String]
    }

    var layout: String
    var release: String
    var origin: String
    var cases: [Case]
    /// Cases without image, each with its label files.
    var waiting: [String: [String]]
    /// Case to problem.
    var refused: [String: String]
    var findings: [String]

    init(_ layout: any Layout, options: ImportOptions) throws {
        let list = try layout.cases()
        (self.layout, release) = (layout.name.rawValue, layout.release)
        origin = options.origin(of: layout).rawValue
        findings = list.findings.map(\.kind.rawValue)
        var refused = Dictionary(
            list.refused.map { ($0.name, Self.problem($0.outcome)) }, uniquingKeysWith: { first, _ in first })
        cases = []
        let inspector = CaseInspector(layout: layout, options: options, converted: Tree.converted)
        for files in list.cases {
            do {
                cases.append(Self.described(try inspector.inspect(files)))
            } catch {
                refused[files.name] = error.problem
            }
        }
        waiting = [:]
        for item in list.waiting {
            do {
                waiting[item.name] = try inspector.check(item).map(\.file.path)
            } catch {
                refused[item.name] = error.problem
            }
        }
        self.refused = refused
    }

    private static func described(_ found: InspectedCase) -> Case {
        let labels = found.labels.map { label in
            let voxels = label.mask.map { " \($0.voxels)" } ?? ""
            let known = label.mask?.knownVoxels.map { " known \($0)" } ?? ""
            let partial =
                label.extent.map {
                    " within \($0.lower.x),\($0.lower.y),\($0.lower.z) to \($0.upper.x),\($0.upper.y),\($0.upper.z)"
                } ?? ""
            return (
                label.organ.rawValue, "\(label.status.rawValue) \(label.origin.rawValue)\(voxels)\(known)\(partial)"
            )
        }
        return Case(
            name: found.files.name, subject: found.files.subject, modality: found.image.modality.rawValue,
            labels: Dictionary(labels, uniquingKeysWith: { first, _ in first }),
            findings: Set(found.findings.map(\.kind.rawValue)).sorted())
    }

    private static func problem(_ outcome: CaseOutcome) -> String {
        switch outcome {
        case .refused(let error), .quarantined(let error): error.problem
        default: "none"
        }
    }

    // MARK: - Files

    private static let folder =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        + "/Expected/"

    static func read(_ name: String) throws -> ExpectedCatalogue {
        try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(filePath: folder + name + ".json")))
    }

    var text: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }
}
