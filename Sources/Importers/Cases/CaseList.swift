internal import Domain

/// The cases of a dataset.
public struct CaseList: Sendable {
    public internal(set) var cases: [CaseFiles] = []
    /// Labels whose image is missing, ordered by name.
    public internal(set) var waiting: [WaitingCase] = []
    /// Cases whose files are missing, ambiguous or outside the dataset's folder.
    public internal(set) var refused: [CaseReport] = []
    /// Warnings about the dataset as a whole.
    public internal(set) var findings: [ImportFinding] = []
    /// Images outside the dataset's folder to which its own description refers.
    public internal(set) var outside: Set<SourceFile> = []

    mutating func refuse(_ name: String, _ error: ImportError) {
        refused.append(CaseReport(name: name, outcome: CaseOutcome(error)))
    }

    /// Adds the case with its image, or as a waiting case where `image` throws `missingFile`.
    /// - Throws: any other error of `image`.
    mutating func add(_ item: WaitingCase, image: () throws(ImportError) -> SourceFile) throws(ImportError) {
        do throws(ImportError) {
            cases.append(item.with(try image()))
        } catch .missingFile {
            waiting.append(item)
        }
    }

    /// Replaces waiting cases by cases with the images to which an earlier import joined their labels.
    public mutating func replace(_ items: [WaitingCase], by whole: [CaseFiles]) {
        let names = Set(items.map(\.name))
        waiting.removeAll { names.contains($0.name) }
        cases += whole
        settle()
    }

    /// Sorts cases and waiting cases by name, and refuses every further case of a name.
    mutating func settle() {
        var seen = Set<String>()
        let ordered = cases.filter { accept($0.name, $0.subject, $0.image.path) }.sorted { $0.name < $1.name }
        cases = ordered.filter { seen.insert($0.name).inserted }
        var kept = Set<String>()
        for item in ordered where !kept.insert(item.name).inserted {
            refuse(item.name, .duplicate(file: item.image.path, what: "a second case is named \(item.name)"))
        }
        let orderedWaiting = waiting.filter { accept($0.name, $0.subject, $0.labels[0].file.path) }.sorted {
            $0.name < $1.name
        }
        waiting = orderedWaiting.filter { seen.insert($0.name).inserted }
        for item in orderedWaiting where !kept.insert(item.name).inserted {
            let file = item.labels[0].file.path
            refuse(item.name, .duplicate(file: file, what: "a second case is named \(item.name)"))
        }
    }

    /// Refuses a case whose name or subject cannot be recorded.
    private mutating func accept(_ name: String, _ subject: String, _ file: String) -> Bool {
        if let problem = GivenName.problem(name, mayBePath: true) {
            refuse(name, .unusable(file: file, problem: "the name of its case \(problem)", remedy: "rename the file"))
            return false
        }
        guard let problem = SubjectName.problem(subject) else { return true }
        refuse(
            name,
            .unusable(
                file: file, problem: "the name of its subject \(problem)",
                remedy: "rename the patient's folder, or correct the description of the dataset"))
        return false
    }
}
