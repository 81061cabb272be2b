import Domain
import Foundation
import Imaging
import Phantoms
import Postgres
import TestSupport
import Testing

/// Exports of one catalogue are imported unchanged into an empty one.
@Suite struct ReadBackTests {
    /// A fully labelled set and a liver set, imported.
    private func imported(_ bench: Workbench, origin: String = "expert") async throws {
        let all = try PhantomData.write(.btcv, "internal", scans: 1...2, in: bench)
        let livers = try PhantomData.write(
            .msd(.liver, lesions: true), "Task03_Liver", scans: 11...12, in: bench, orientation: "PIR")
        for path in [all, livers] {
            let ending = try await bench.lacuna("dataset", "import", path, "--origin", origin)
            #expect(ending.status == 0, "\(ending.errors)")
        }
    }

    private func export(_ bench: Workbench, _ organs: String, _ more: [String] = []) async throws -> String {
        let ending = try await bench.start(
            [
                "export", "nnunet", "--output", bench.folder, "--dataset-id", "7", "--name", "Abdomen", "--organs",
                organs,
            ] + more
        ).end()
        #expect(ending.status == 0, "\(ending.errors)")
        return bench.folder + "/Dataset007_Abdomen"
    }

    /// One line for each organ of a volume: scan, organ, status, hash of the mask.
    private func labels(_ bench: Workbench, _ organs: String) async throws -> [String] {
        try await bench.connection.run(LabelsOfScans(organs: organs.split(separator: ",").map(String.init)))
    }

    /// Imports an export into an empty catalogue and returns its labels, by organ.
    private func readBack(
        _ bench: Workbench, _ path: String, _ organs: String, _ more: [String] = [],
        _ check: (Workbench, Ending) async throws -> Void
    ) async throws -> [String] {
        try await bench.withAnother { other in
            let ending = try await other.start(["dataset", "import", path, "--json"] + more).end()
            #expect(ending.status == 0, "\(ending.errors)\(ending.output)")
            try await check(other, ending)
            return try await labels(other, organs)
        }
    }

    /// The liver set has no label of spleen and kidney: outside the liver its voxels are `ignore`, and the liver is complete.
    @Test(arguments: ["reference", "copy", "link"])
    func anExportToNNUNetIsReadBack(_ images: String) async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let organs = "liver,spleen,kidney_left"
            let path = try await export(bench, organs, ["--images", images])
            let before = try await labels(bench, organs)
            #expect(before.count == 8, "\(before)")
            let after = try await readBack(bench, path, organs) { other, ending in
                #expect(try ending.object()["layout"] as? String == "nnunet")
                let shown = try await other.lacuna("dataset", "show", "Dataset007_Abdomen", "--json").object()
                let root = (shown["releases"] as? [[String: Any]])?.first?["root"] as? String
                #expect(root?.hasSuffix("/Dataset007_Abdomen") == true, "\(String(describing: root))")
                let revision = try await other.revision()
                #expect(try await other.lacuna("dataset", "import", path).status == 0)
                #expect(try await other.revision() == revision, "nothing changed")
            }
            #expect(after == before)
        }
    }

    @Test func aDatalistIsReadBack() async throws {
        try await Workbench.with { bench in
            try await imported(bench, origin: "assisted")
            let organs = "liver,spleen,kidney_left"
            let path = bench.folder + "/list.json"
            let ending = try await bench.lacuna("export", "monai", "--output", path, "--organs", organs)
            #expect(ending.status == 0, "\(ending.errors)")
            let before = try await labels(bench, organs)
            let after = try await readBack(bench, path, organs) { other, _ in
                let rows = try await other.lacuna("coverage", "--organ", "liver", "--json").rows()
                #expect(rows.first?["annotated"] as? Int == 4)
                let origins = try await other.connection.run(OriginsOfAnnotations())
                #expect(origins == ["assisted"], "whose labels they are is not forgotten")
            }
            #expect(after == before)
        }
    }

    /// A region of lesions: where these are unlabelled, the liver's voxels are exported as `ignore` and imported as unknown.
    @Test func unknownVoxelsStayUnknown() async throws {
        try await Workbench.with { bench in
            let liver = try PhantomData.write(.btcv, "internal", scans: 1...1, in: bench)
            let livers = try PhantomData.write(.msd(.liver, lesions: true), "Task03_Liver", scans: 11...11, in: bench)
            for path in [liver, livers] { #expect(try await bench.lacuna("dataset", "import", path).status == 0) }
            let organs = "liver,liver_tumour"
            let path = try await export(bench, organs)
            let before = try await labels(bench, organs)
            let scan = try #require(before.first { $0.contains(" liver_tumour ") }?.prefix(64))
            let whole = before.filter { $0.hasPrefix(scan) }
            #expect(whole.count == 2 && before.count == 3, "\(before)")
            let after = try await readBack(bench, path, organs) { other, _ in
                let rows = try await other.lacuna("mask", "list", "--organ", "liver", "--json").rows()
                #expect(rows.count == 2, "\(rows)")
                let file = other.folder + "/liver.nii.gz"
                let shown = try await other.lacuna(
                    "mask", "export", "Dataset007_Abdomen/internal_img0001", "liver", "--unknown", "9", "--output", file
                )
                #expect(shown.status == 0, "\(shown.errors)")
                let (read, made) = (NIfTIReader(), "\(path)/labelsTr/internal_img0001.nii.gz")
                let ignored = try read.readLabels(made).mask(of: [3])
                #expect(ignored.population > 0)
                #expect(try read.readLabels(file).mask(of: [9]) == ignored)
            }
            #expect(whole.allSatisfy(after.contains), "\(whole) \(after)")
            let rest = after.filter { !$0.hasPrefix(scan) }
            #expect(rest.count == 1 && rest[0].contains(" liver annotated "), "lesions are unlabelled: \(rest)")
            #expect(!before.contains(rest[0]), "the liver's own voxels are unknown now")
        }
    }

    /// The livers are annotated by people, the rest by a model; the origins are kept.
    @Test(arguments: ["nnunet", "monai"]) func aModelsLabelsComeBackAsAModels(_ format: String) async throws {
        try await Workbench.with { bench in
            let livers = try PhantomData.write(.msd(.liver, lesions: false), "Task03_Liver", scans: 1...2, in: bench)
            let models = try PhantomData.write(.btcv, "models", scans: 1...3, in: bench)
            #expect(try await bench.lacuna("dataset", "import", livers).status == 0)
            #expect(try await bench.lacuna("dataset", "import", models, "--origin", "model").status == 0)
            let organs = "liver,spleen"
            var path = bench.folder + "/list.json"
            if format == "nnunet" {
                path = try await export(bench, organs, ["--include-pseudo"])
            } else {
                let made = try await bench.lacuna(
                    "export", "monai", "--output", path, "--organs", organs, "--include-pseudo")
                #expect(made.status == 0, "\(made.errors)")
            }
            let before = try await labels(bench, organs)
            #expect(before.count { $0.contains(" liver annotated ") } == 2)
            #expect(before.count { $0.contains(" pseudo ") } == 4, "\(before)")
            let after = try await readBack(bench, path, organs, ["--origin", "reviewed"]) { other, ending in
                #expect(!ending.output.contains("not imported, in"), "\(ending.output)")
                let origins = try await other.connection.run(OriginsOfAnnotations())
                #expect(origins == ["reviewed"])
            }
            #expect(after == before)
        }
    }

    @Test func licencesAreReadBackWithWhomTheyCite() async throws {
        try await Workbench.with { bench in
            try await imported(bench)
            let path = try await export(bench, "liver", ["--dataset", "Task03_Liver"])
            _ = try await readBack(bench, path, "liver") { other, _ in
                let licences = try await other.lacuna("dataset", "show", "Dataset007_Abdomen", "--json").object()
                let rows = try #require(licences["licences"] as? [[String: Any]])
                let own = try await bench.lacuna("dataset", "show", "Task03_Liver", "--json").object()
                let first = try #require((own["licences"] as? [[String: Any]])?.first)
                #expect(rows.first?["licence"] as? String == first["licence"] as? String)
                #expect((rows.first?["source"] as? String)?.contains("Task03_Liver") == true, "\(rows)")
            }
        }
    }
}

/// What is known of the organs of each scan.
private struct LabelsOfScans: Statement {
    static let sql = """
        select encode(v.identity, 'hex') || ' ' || o.key || ' ' || l.status || ' ' || coalesce(encode(m.content_sha256, 'hex'), '-')
        from lacuna.label_states(lacuna.current_revision()) l
        join lacuna.volume v on v.id = l.volume_id join lacuna.organ o on o.id = l.organ_id
        left join lacuna.mask m on m.id = l.mask_id
        where o.key = any ($1::text[]) order by 1
        """
    let organs: [String]
    var binds: [any PostgresBindable] { [organs] }
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}

private struct OriginsOfAnnotations: Statement {
    static let sql = "select distinct origin::text from lacuna.annotation"
    func decode(_ row: PostgresRow) throws -> String { try row.decode(0) }
}
