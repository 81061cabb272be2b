internal import Catalog
internal import Domain
internal import Importers

extension KnownRelease {
    /// The list with the images that an earlier import joined to labels, wherever they lie, and findings about what that import
    /// recorded and is not there any more.
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
                problem: "the image of case \(item.name) was imported before and is not there any more",
                remedy: "its labels are kept; restore the file, or say with --images where it lies")
        }
        let named = Set(known.flatMap { cases(of: $0, root) })
        let gone = cases.keys.filter { !present.contains($0) && !named.contains($0) }.sorted().map { name in
            ImportFinding(
                .description, file: name, problem: "the case was imported before and is not there any more",
                remedy: "its labels are kept; restore its files if they are needed")
        }
        return (list, images + gone + lostLabels(of: list, root))
    }

    /// Label files that a case had and that are not there any more.
    private func lostLabels(of list: CaseList, _ root: ReleaseRoot) -> [ImportFinding] {
        list.cases.flatMap { item in
            (cases[item.name]?.labels.keys.sorted() ?? []).filter { !root.holds($0) }.map { file in
                ImportFinding(
                    .description, file: file,
                    problem: "a label of case \(item.name) was imported before and is not there",
                    remedy: AnnotatorFiles.has(file)
                        ? "what its annotator drew is kept beside the label; restore it if it is needed"
                        : "what it said is kept; restore it, or take it back with lacuna label set … unlabelled")
            }
        }
    }

    /// Names of the recorded cases that have one of the labels.
    private func cases(of item: WaitingCase, _ root: ReleaseRoot) -> [String] {
        Set(item.labels.flatMap { casesOfLabel[root.relative($0.file)] ?? [] }).sorted()
    }

    /// The case with its recorded image; nil where that is the release's own and is not there.
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
