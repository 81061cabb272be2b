import Domain
import Importers
import Testing

/// Every layout, as a tree of a few small files, against the catalogue that it must give.
@Suite struct MiniatureTests {
    @Test(arguments: Miniature.all) func aTreeGivesTheExpectedCatalogue(miniature: Miniature) throws {
        let tree = try miniature.make()
        let options = try miniature.options(tree)
        let layout = try LayoutRecogniser(options: options).recognise(tree.path(miniature.start))
        let found = try ExpectedCatalogue(layout, options: options)
        let (text, expected) = (try found.text, try ExpectedCatalogue.read(miniature.name))
        #expect(found == expected, "found:\n\(text)")
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
            Issue.record("a release that nobody knows was taken")
            return
        }
        #expect(!known.isEmpty)
    }
}
