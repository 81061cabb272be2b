import Domain
import Imaging
import Importers
import Testing

/// Labels that several co-registered images share.
@Suite struct PhaseTests {
    private func map(_ extra: String = "") throws -> ImportOptions {
        var options = ImportOptions()
        let description = try DatasetMapFile.parse(
            """
            images: scans/{case}/{phase}.nii.gz
            labels: masks/{case}.nii.gz
            values: {1: liver}
            modality: CT
            \(extra)
            """, file: "m.yaml")
        options.map = description.labels
        options.description = description
        return options
    }

    /// Two phases on the label's grid, a third on another; a second study with one phase.
    private func tree() throws -> Tree {
        let tree = Tree()
        try tree.image("scans/p1/arterial.nii.gz", seed: 1)
        try tree.image("scans/p1/venous.nii.gz", seed: 2)
        try tree.image("scans/p1/late.nii.gz", on: Tree.grid(shift: Vector3(9, 0, 0)), seed: 3)
        try tree.image("scans/p2/venous.nii.gz", seed: 4)
        for name in ["p1", "p2"] { try tree.label("masks/\(name).nii.gz", [(1, Boxes.liver)]) }
        return tree
    }

    @Test func eachPhaseIsACaseOfOneSubject() throws {
        let list = try listed(tree(), map(#"phase: "{phase}""#))
        #expect(list.cases.map(\.name) == ["p1_arterial", "p1_late", "p1_venous", "p2_venous"])
        #expect(list.cases.map(\.subject) == ["p1", "p1", "p1", "p2"])
        #expect(list.cases.map(\.phase?.study) == ["p1", "p1", "p1", "p2"])
        #expect(list.cases.map(\.phase?.name) == ["arterial", "late", "venous", "venous"])
        #expect(Set(list.cases.prefix(3).map(\.labels)).count == 1, "one label file")
    }

    @Test func withoutAKeyThePartsThatDifferNameThePhases() throws {
        let list = try listed(tree(), map())
        #expect(list.cases.map(\.name) == ["p1_arterial", "p1_late", "p1_venous", "p2"])
        #expect(list.cases.map(\.phase?.name) == ["arterial", "late", "venous", nil])
    }

    @Test func aPhaseOnAnotherGridIsQuarantinedAlone() throws {
        let (tree, options) = (try tree(), try map())
        let layout = try LayoutRecogniser(options: options).recognise(tree.root)
        let inspector = CaseInspector(layout: layout, options: options)
        var outcomes: [String: CaseOutcome.Kind] = [:]
        var masks = Set<[UInt8]>()
        for files in try layout.cases().cases {
            do {
                let found = try inspector.inspect(files)
                outcomes[files.name] = CaseOutcome(found.findings).kind
                if let mask = found["liver"]?.mask { masks.insert(mask.bytes) }
            } catch {
                outcomes[files.name] = CaseOutcome(error).kind
            }
        }
        #expect(
            outcomes == ["p1_arterial": .accepted, "p1_late": .quarantined, "p1_venous": .accepted, "p2": .accepted])
        #expect(masks.count == 1, "equal labels are equal bytes")
    }

    @Test func aPhaseThatNoPathHasIsRefusedWithItsLine() throws {
        guard case .wrongLine("m.yaml", 5, let problem)? = importError({ _ = try map(#"phase: "{sequence}""#) }) else {
            Issue.record("accepted, or refused otherwise")
            return
        }
        #expect(problem.contains("case, phase"))
    }
}
