import Domain
import Imaging
import Importers
import Testing

/// Every layout, as a tree of a few small files, compared with the expected records.
@Suite struct MiniatureTests {
    @Test(arguments: Miniature.all) func aTreeGivesTheExpectedCatalogue(miniature: Miniature) throws {
        let tree = try miniature.make()
        let options = try miniature.options(tree)
        let layout = try LayoutRecogniser(options: options).recognise(tree.path(miniature.start))
        let found = try ExpectedCatalogue(layout, options: options)
        let (text, expected) = (try found.text, try ExpectedCatalogue.read(miniature.name))
        #expect(found == expected, "found:\n\(text)")
    }

    /// A pseudo label has no extent in the catalogue: its crop is part of the validity mask.
    @Test func aPseudoLabelHasItsCropInTheValidityMask() throws {
        let miniature = try #require(Miniature.all.first { $0.name == "gibson" })
        let tree = try miniature.make()
        var options = try miniature.options(tree)
        options.origin = .model
        let layout = try LayoutRecogniser(options: options).recognise(tree.path(miniature.start))
        let files = try #require(try layout.cases().cases.first { $0.name == "PANCREAS_0002" })
        let found = try CaseInspector(layout: layout, options: options).inspect(files)
        #expect(!found.labels.isEmpty)
        for label in found.labels {
            #expect(label.status == .pseudo && label.extent == nil)
            #expect(label.mask?.knownVoxels == 14 * 10 * 7, "1,1,3 to 15,11,10")
        }
    }

    @Test(arguments: Miniature.all.filter { $0.start.isEmpty }) func theLayoutMayBeNamedToo(miniature: Miniature) throws
    {
        let tree = try miniature.make()
        var options = try miniature.options(tree)
        let layout = try LayoutRecogniser(options: options).recognise(tree.root)
        options.layout = layout.name
        let asked = try LayoutRecogniser(options: options).recognise(tree.root)
        #expect(asked.name == layout.name && asked.release == layout.release)
        #expect(try asked.cases().cases == layout.cases().cases)
    }

    @Test(arguments: Miniature.all.filter { !$0.hasFreeRelease }) func aMisspeltReleaseIsRefused(miniature: Miniature)
        throws
    {
        let tree = try miniature.make()
        var options = try miniature.options(tree)
        options.release = "lits71"
        guard
            case .unknownRelease(_, "lits71", let known)? = importError({
                _ = try LayoutRecogniser(options: options).recognise(tree.path(miniature.start))
            })
        else {
            Issue.record("an unknown release was accepted")
            return
        }
        #expect(!known.isEmpty)
    }
}
