import Catalog
import Domain
import Testing
import Workflows

@Suite struct SplitCreationTests {
    private func fill(_ catalogue: Catalogue) async throws {
        for (n, name) in ["one", "two", "three", "four"].enumerated() {
            try await catalogue.catalog.add("A", case: name, scan: n + 1, ["liver"])
        }
        try await catalogue.catalog.add("B", case: "five", scan: 5, ["liver"])
    }

    private func plan(_ datasets: [SplitPart: [String]], draws: Bool = false) -> SplitCreation.Request.Source {
        .plan(SplitPlan(datasets: datasets, holdouts: [], holdoutDatasets: [], seed: 3, drawsFromAll: draws))
    }

    /// `SPLIT PART SUBJECTS` of each part.
    private func parts(_ result: SplitCreation.Result) -> Set<String> {
        Set(result.parts.map { "\($0.split) \($0.part.rawValue) \($0.subjects)" })
    }

    @Test func aPlanPutsTheSubjectsOfDatasetsIntoParts() async throws {
        try await Catalogue.with { catalogue in
            try await fill(catalogue)
            let creation = SplitCreation(catalog: catalogue.catalog)
            let made = try await creation.run(.init(name: "s", source: plan([.train: ["A"], .test: ["B"]])))
            #expect(parts(made) == ["s train 4", "s test 1"] && made.listed == nil)
            await #expect(throws: CatalogError.splitExists("s")) {
                try await creation.run(.init(name: "s", source: plan([.train: ["A"]])))
            }
            await #expect(throws: CatalogError.self) {
                try await creation.run(.init(name: "t", source: plan([.train: ["A"], .test: ["A"]])))
            }
            #expect(try await catalogue.catalog.splits().count == 2, "the refused ones left nothing")
        }
    }

    @Test func foldsValidateEachSubjectOnce() async throws {
        try await Catalogue.with { catalogue in
            try await fill(catalogue)
            let creation = SplitCreation(catalog: catalogue.catalog)
            let source = plan([.train: ["A"], .test: ["B"]], draws: true)
            let made = try await creation.run(.init(name: "cv", source: source, folds: 2))
            #expect(
                parts(made)
                    == [
                        "cv-0 train 2", "cv-0 validation 2", "cv-0 test 1", "cv-1 train 2", "cv-1 validation 2",
                        "cv-1 test 1",
                    ])
            await #expect(throws: CatalogError.tooFewSubjects(split: "more", subjects: 4)) {
                try await creation.run(.init(name: "more", source: source, folds: 5))
            }
        }
    }

    @Test func aPublishedListPutsItsCasesIntoParts() async throws {
        try await Catalogue.with { catalogue in
            try await fill(catalogue)
            let list = SplitList(
                file: "/nonexistent/list.csv", text: "case,part\none,train\ntwo,val\nfive,test\nsix,train\n")
            let creation = SplitCreation(catalog: catalogue.catalog)
            let made = try await creation.run(.init(name: "listed", source: .list(list)))
            #expect(parts(made) == ["listed train 1", "listed validation 1", "listed test 1"])
            let listed = try #require(made.listed)
            #expect(listed.count == 4 && listed.foundCount == 3 && listed.missing.map(\.path) == ["six"])
            let nothing = SplitList(file: "/nonexistent/list.csv", text: "seven\n", part: .test)
            let error = await #expect(throws: WorkflowError.self) {
                try await creation.run(.init(name: "none", source: .list(nothing)))
            }
            #expect(error?.kind == .badInput && error?.file == "/nonexistent/list.csv")
        }
    }
}
