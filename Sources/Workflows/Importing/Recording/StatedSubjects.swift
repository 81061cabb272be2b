internal import Catalog
internal import Domain
internal import Importers

/// Finds recorded cases of one subject that the caller's table names as different patients.
struct StatedSubjects {
    let catalog: LabelCatalog
    let dataset: String
    /// The subject's key by case.
    let table: [String: String]
    /// Named in findings.
    let folder: String

    struct Plan {
        /// For each subject the volumes of another patient, with the key in the table.
        var groups: [(subject: SubjectID, key: String, volumes: [VolumeID])] = []
        var findings: [ImportFinding] = []
    }

    func plan(of release: Int32) async throws -> Plan {
        var plan = Plan()
        let cases = try await catalog.caseSubjects(of: release).filter { table[$0.caseName] != nil }
        for (subject, cases) in Dictionary(grouping: cases, by: \.subject).sorted(by: { $0.key < $1.key }) {
            let byKey = Dictionary(grouping: cases) { table[$0.caseName] ?? "" }
            if byKey.count > 1 { try await separate(byKey, of: subject, &plan) }
        }
        return plan
    }

    private func separate(
        _ byKey: [String: [CaseSubject]], of subject: SubjectID, _ plan: inout Plan
    ) async throws {
        let facts = try await catalog.subject(subject)
        let keys = byKey.keys.sorted()
        if facts.joins.contains(where: { $0.cause == .person }) {
            plan.findings.append(
                finding(
                    facts.subject.name, keys, "they were joined by a person and stay one subject",
                    "take them apart with lacuna subject split \(facts.subject.name), or correct the table"))
            return
        }
        let owner = keys.first { facts.names.contains("\(dataset)/\($0)") } ?? keys[0]
        var taken = Set(byKey[owner, default: []].map(\.volume))
        for key in keys where key != owner {
            let volumes = Set(byKey[key, default: []].map(\.volume)).subtracting(taken)
            taken.formUnion(volumes)
            if !volumes.isEmpty { plan.groups.append((subject, key, volumes.sorted())) }
        }
        plan.findings.append(
            finding(
                facts.subject.name, keys, "its cases are taken apart as the table says",
                "nothing, if the table is right"))
    }

    private func finding(_ subject: String, _ keys: [String], _ effect: String, _ remedy: String) -> ImportFinding {
        let names = keys.prefix(8).joined(separator: ", ") + (keys.count > 8 ? ", …" : "")
        return ImportFinding(
            .subjects, file: folder,
            problem:
                "subject \(subject) has cases of \(keys.count) patients of the table of subjects (\(names)): \(effect)",
            remedy: remedy)
    }
}
