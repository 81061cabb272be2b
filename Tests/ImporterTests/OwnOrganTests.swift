import Domain
import Imaging
import Importers
import Testing

/// Organs and spellings that the user added to the catalogue are resolved wherever a description has names.
@Suite struct OwnOrganTests {
    private static let options: ImportOptions = {
        var options = ImportOptions()
        let shipped = Ontology.standard
        let own = Organ(key: "glomus", name: "Glomus", position: 10_001, code: nil)
        options.ontology = Ontology(
            organs: shipped.organs + [own], links: shipped.links,
            synonyms: shipped.synonyms + [OrganSynonym(spelling: "hepar magnum", key: "liver")])
        return options
    }()

    private static let boxes = [(value: 1, box: Boxes.liver), (value: 2, box: Boxes.spleen)]

    static let trees: [(String, @Sendable () throws -> Tree)] = [
        (
            "msd",
            {
                let tree = Tree()
                try tree.image("imagesTr/a.nii.gz")
                try tree.label("labelsTr/a.nii.gz", boxes)
                try tree.description(
                    labels: #"{"0":"background","1":"hepar magnum","2":"glomus"}"#,
                    training: [("imagesTr/a.nii.gz", "labelsTr/a.nii.gz")])
                return tree
            }
        ),
        (
            "nnunet",
            {
                let tree = Tree()
                try tree.image("imagesTr/a_0000.nii.gz")
                try tree.label("labelsTr/a.nii.gz", boxes)
                try tree.write(
                    #"{"channel_names":{"0":"CT"},"labels":{"background":0,"hepar magnum":1,"Glomus":2}}"#,
                    to: "dataset.json")
                return tree
            }
        ),
        (
            "monai",
            {
                let tree = Tree()
                try tree.image("a.nii.gz")
                try tree.label("a_seg.nii.gz", boxes)
                try tree.write(
                    """
                    {"training":[{"image":"a.nii.gz","label":"a_seg.nii.gz"}],
                     "label_dict":{"1":"hepar magnum","2":"glomus"}}
                    """, to: "list.json")
                return tree
            }
        ),
        (
            "bids",
            {
                let tree = try Tree.bids()
                try tree.write("index\tname\n1\thepar magnum\n2\tglomus\n", to: "desc-organs_dseg.tsv")
                try tree.label("sub-01/ses-1/anat/sub-01_ses-1_desc-organs_dseg.nii.gz", boxes)
                return tree
            }
        ),
        (
            "table in the header",
            {
                let tree = Tree()
                try tree.image("scan_ct.nii.gz")
                try tree.label(
                    "scan_ct_seg.nii.gz", boxes,
                    table: [(1, "hepar magnum"), (2, "glomus")].map { LabelTableEntry(key: $0.0, name: $0.1) })
                return tree
            }
        ),
        (
            "one file per class",
            {
                let tree = Tree()
                try tree.image("s1/ct.nii.gz")
                try tree.label("s1/segmentations/hepar_magnum.nii.gz", [(1, Boxes.liver)])
                try tree.label("s1/segmentations/glomus.nii.gz", [(1, Boxes.spleen)])
                return tree
            }
        ),
    ]

    @Test(arguments: trees.map(\.0)) func namesOfTheCatalogueAreKnown(_ name: String) throws {
        let tree = try #require(Self.trees.first { $0.0 == name }).1()
        let found = try inspected(tree, Self.options)
        #expect(found["liver"]?.region?.voxels == Boxes.count(Boxes.liver), "\(name)")
        #expect(found["glomus"]?.region?.voxels == Boxes.count(Boxes.spleen), "\(name)")
    }
}
