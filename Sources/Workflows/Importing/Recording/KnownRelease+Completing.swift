internal import Catalog
internal import Domain
internal import Importers

extension KnownRelease {
    /// The list with the images that an earlier import joined to labels, and findings about recorded files that are missing now.
    func completing(_ found: CaseList, _ root: ReleaseRoot) -> (CaseList, [ImportFinding]) {
        var list = found
        let known = found.waiting.filter { item in !cases(of: item, root).isEmpty }
        let whole = known.flatMap { item in cases(of: item, root).compactMap { image(of: $0, for: item, root) } }
        list.replace(known, by: whole)
        let completed = Set(whole.map(\.name))
        let present = completed.union(list.cases.map(\.name) + list.waiting.map(\.name) + list.refused.map(\.name))
        let images = known.filter { item in cases(of: item, root).allSatisfy { !completed.contains($0) } }.map { item in
            ImportFinding(
                .description, file: item.labels[0].file.path,
                problem: "the image of case \(item.name), imported before, is missing",
                remedy: "its labels are kept; restore the file, or name its folder with --images")
        }
        let named = Set(known.flatMap { cases(of: $0, root) })
        let missing = cases.keys.filter { !present.contains($0) && !named.contains($0) }.sorted().map { name in
            ImportFinding(
                .description, file: name, problem: "the case, imported before, is missing",
                remedy: "its labels are kept; restore its files if they are needed")
        }
        return (list, images + missing + missingLabels(of: list, root))
    }

    /// Label files that a case had and that are missing.
    private func missingLabels(of list: CaseList, _ root: ReleaseRoot) -> [ImportFinding] {
        list.cases.flatMap { item in
            (cases[item.name]?.labels.keys.sorted() ?? []).filter { !root.holds($0) }.map { file in
                ImportFinding(
                    .description, file: file, problem: "a label file of case \(item.name), imported before, is missing",
                    remedy: AnnotatorFiles.has(file)
                        ? "the annotator's mask is kept beside the label; restore the file if it is needed"
                        : "its labels are kept; restore the file, or remove them with lacuna label set … unlabelled")
            }
        }
    }

    /// Names of the recorded cases that have one of the labels.
    private func cases(of item: WaitingCase, _ root: ReleaseRoot) -> [String] {
        Set(item.labels.flatMap { casesOfLabel[root.relative($0.file)] ?? [] }).sorted()
    }

    /// The case with its recorded image; nil where that is the release's own and is missing.
    private func image(of name: String, for item: WaitingCase, _ root: ReleaseRoot) -> CaseFiles? {
        guard let files = cases[name], let place = files.place else { return nil }
        let image = SourceFile(root: place.root, path: place.file)
        guard let release = place.release else {
            return root.holds(place.file) ? item.with(image, name: name) : nil
        }
        return item.with(
            image, name: name,
            expected: ExpectedImage(dataset: place.dataset, release: release, sha256: files.image))
    }
}
