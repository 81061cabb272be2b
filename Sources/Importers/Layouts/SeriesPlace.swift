internal import DICOM
internal import Domain
internal import Imaging
internal import System

/// A folder that contains DICOM slices, in a dataset without another layout.
struct SeriesPlace {
    /// Relative to the dataset's folder; "" is the folder itself.
    private let place: String
    private let listing: FolderListing
    private let options: ImportOptions
    private let probe: TableProbe

    private var folder: DatasetFolder { listing.folder }
    private var path: String { place.isEmpty ? folder.root : "\(folder.root)/\(place)" }
    private var name: String {
        place.isEmpty ? folder.name : FilePath.parts(of: place).joined(separator: "_")
    }

    init(_ place: String, _ listing: FolderListing, _ options: ImportOptions, _ probe: TableProbe) {
        (self.place, self.listing, self.options, self.probe) = (place, listing, options, probe)
    }

    /// Adds a case for each series; a folder whose slices cannot be read is refused.
    func add(to list: inout CaseList) {
        do throws(ImportError) {
            let (stacks, localisers) = try series().stacksAndLocalisers
            let labels = try labels
            for (index, series) in stacks.enumerated() {
                let isOnly = stacks.count == 1
                let name = isOnly ? name : seriesName(index, among: stacks)
                list.cases.append(
                    CaseFiles(
                        name: name, subject: name, image: image, modality: .other, labels: isOnly ? labels.files : [],
                        series: isOnly && localisers.isEmpty ? nil : series.identifiers))
            }
            list.findings += findings(
                localisers, unused: labels.others + (stacks.count == 1 ? [] : labels.files.map(\.file.path)))
        } catch {
            list.refuse(name, error)
        }
    }

    private func series() throws(ImportError) -> SeriesFolder {
        do throws(DICOMError) {
            return try SeriesFolder(path)
        } catch {
            throw .series(error)
        }
    }

    /// The folder of the slices; the dataset's folder itself is recorded as an entry of the folder above it.
    private var image: SourceFile {
        place.isEmpty
            ? SourceFile(root: FilePath.parent(of: folder.root), path: folder.name)
            : SourceFile(root: folder.root, path: place)
    }

    /// `NAME_series3`; `NAME_series3_2` where two series have one number.
    private func seriesName(_ index: Int, among stacks: [Series]) -> String {
        let number = stacks[index].number
        let earlier = stacks[..<index].count { $0.number == number }
        return "\(name)_series\(number)" + (earlier > 0 ? "_\(earlier + 1)" : "")
    }

    // MARK: - Labels

    /// Label files beside the slices or one folder below, and other NIfTI files there.
    private var labels: (files: [LabelFile], others: [String]) {
        get throws(ImportError) {
            let places = [place] + listing.folders(in: place).map { place.isEmpty ? $0 : "\(place)/\($0)" }
            var (files, others) = ([LabelFile](), [String]())
            for inside in places {
                for name in folder.volumes(in: inside) {
                    let path = inside.isEmpty ? name : "\(inside)/\(name)"
                    let file = try folder.file(path, role: "label")
                    if let reading = reading(file) {
                        files.append(LabelFile(file: file, reading: reading))
                    } else {
                        others.append(path)
                    }
                }
            }
            return (files, others)
        }
    }

    private func reading(_ file: SourceFile) -> LabelFile.Reading? {
        let organs =
            options.map.map { ClassNames($0).organs(of: file.stem, options.ontology) }
            ?? options.ontology.organ(named: file.stem).map { [$0.key] } ?? []
        if !organs.isEmpty { return .oneClass(organs: organs) }
        if let map = options.map { return .values(map) }
        return probe.hasTable(file) ? .declared : nil
    }

    // MARK: - Findings

    private func findings(_ localisers: [Series], unused: [String]) -> [ImportFinding] {
        var findings: [ImportFinding] = []
        if !localisers.isEmpty {
            findings.append(
                ImportFinding(
                    .description, file: image.path,
                    problem: "series of one slice are not imported: " + ImportError.list(localisers.map(\.summary)),
                    remedy: "none needed if they are localisers"))
        }
        if let labels = SeriesFolder.labels(in: path) {
            findings.append(
                ImportFinding(
                    .description, file: FilePath.relative(labels.file, to: folder.root) ?? labels.file,
                    problem: "\(labels.format.description), which is not imported", remedy: labels.format.remedy))
        }
        if let first = unused.first {
            findings.append(
                ImportFinding(
                    .description, file: first,
                    problem: "NIfTI files beside the slices that are not imported: " + ImportError.list(unused),
                    remedy: "name label files after their organs, or describe images and labels with --map"))
        }
        return findings
    }
}
