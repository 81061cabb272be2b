import Domain
import Imaging
import Importers
import Testing

/// A small dataset of one layout: how its tree is created, and how it is imported.
struct Miniature: Sendable, CustomTestStringConvertible {
    /// The file in `Expected`.
    let name: String
    /// The path that is imported; "" is the tree's root.
    var start = ""
    /// Whether the release may have any name.
    var hasFreeRelease = false
    var options: @Sendable (Tree) throws -> ImportOptions = { _ in ImportOptions() }
    let make: @Sendable () throws -> Tree

    var testDescription: String { name }

    static let all: [Miniature] = numbered + others

    /// Liver at 1 and its tumour at 2, two batches, a case without tumour, a test image.
    static let numbered: [Miniature] = [
        Miniature(name: "lits") {
            let tree = Tree()
            for (number, place) in [(0, "Training Batch 1"), (28, "Training Batch 2")] {
                try tree.image("\(place)/volume-\(number).nii", seed: number)
                try tree.label(
                    "\(place)/segmentation-\(number).nii", [(1, Boxes.liver)] + (number == 0 ? [(2, Boxes.tumour)] : [])
                )
            }
            try tree.image("Training Batch 2/volume-29.nii", seed: 3)
            try tree.image("LITS-Challenge-Test-Data/test-volume-0.nii", seed: 4)
            return tree
        },
        Miniature(name: "kits19") { try kits(list: "kits.json") },
        Miniature(name: "kits21") {
            let tree = try kits(list: "kits.json", label: "aggregated_MAJ_seg")
            try tree.label("case_00000/segmentations/kidney_instance-1_annotation-1.nii.gz", [(1, Boxes.spleen)])
            return tree
        },
        Miniature(name: "kits23") {
            let tree = try kits(list: "kits23.json", values: [(1, Boxes.spleen), (3, Boxes.cyst)])
            try tree.label("case_00000/instances/kidney_instance-1_annotation-1.nii.gz", [(1, Boxes.spleen)])
            try tree.label("case_00000/instances/kidney_instance-1_annotation-2.nii.gz", [(1, Boxes.spleen)])
            return tree
        },
        Miniature(name: "amos") {
            let tree = Tree()
            for (number, part) in [("0001", "Tr"), ("0507", "Tr"), ("0004", "Va")] {
                try tree.image("images\(part)/amos_\(number).nii.gz", on: Tree.grid("LAS", sform: 0, qform: 1), seed: 1)
                try tree.label(
                    "labels\(part)/amos_\(number).nii.gz", [(6, Boxes.liver), (1, Boxes.spleen)],
                    on: Tree.grid("LAS", sform: 0, qform: 1))
            }
            try tree.image("imagesTs/amos_0600.nii.gz", seed: 9)
            try tree.description(labels: amosLabels, training: [])
            return tree
        },
        Miniature(name: "flare22") {
            let tree = Tree()
            try tree.image("images/FLARE22_Tr_0001_0000.nii.gz")
            try tree.label("labels/FLARE22_Tr_0001.nii.gz", [(1, Boxes.liver), (3, Boxes.spleen)])
            return tree
        },
        Miniature(name: "flare22-complete", options: { _ in ImportOptions(complete: ["liver", "gallbladder"]) }) {
            let tree = Tree()
            try tree.image("images/FLARE22_Tr_0001_0000.nii.gz")
            try tree.label("labels/FLARE22_Tr_0001.nii.gz", [(1, Boxes.liver), (3, Boxes.spleen)])
            return tree
        },
        Miniature(name: "flare23") {
            let tree = Tree()
            for (number, boxes) in [
                ("0001", [(1, Boxes.liver), (14, Boxes.tumour)]), ("0002", [(3, Boxes.spleen)]),
            ] {
                try tree.image("imagesTr2200/FLARE23_\(number)_0000.nii.gz", seed: boxes.count)
                try tree.label("labelsTr2200/FLARE23_\(number).nii.gz", boxes)
            }
            try tree.image("unlabeledTr1800/FLARE23_2201_0000.nii.gz", seed: 7)
            return tree
        },
        Miniature(name: "abdomenct1k") {
            let tree = Tree()
            try tree.image("AbdomenCT-1K-ImagePart1/Case_00001_0000.nii.gz")
            try tree.image("AbdomenCT-1K-ImagePart2/Case_00002_0000.nii.gz", seed: 2)
            for number in 1...2 {
                try tree.label(
                    "Mask/Case_0000\(number).nii.gz", [(1, Boxes.liver), (2, Boxes.cyst), (3, Boxes.spleen)])
            }
            return tree
        },
        Miniature(name: "word") {
            let tree = Tree()
            for (number, part) in [("0002", "Tr"), ("0030", "Val")] {
                try tree.image("images\(part)/word_\(number).nii.gz", seed: part.count)
                try tree.label("labels\(part)/word_\(number).nii.gz", [(1, Boxes.liver), (12, Boxes.tumour)])
            }
            try tree.description(labels: #"{"0":"background","1":"liver","12":"adrenal"}"#, training: [])
            return tree
        },
        Miniature(name: "ctorg") {
            let tree = Tree()
            try tree.image("OrganSegmentations/volume-21.nii.gz")
            try tree.floats(
                "OrganSegmentations/labels-21.nii.gz", [(1, Boxes.liver), (3, Boxes.spleen), (4, Boxes.cyst)])
            return tree
        },
        Miniature(name: "gibson") {
            let tree = Tree()
            try tree.image("images_btcv/img0001.nii.gz", seed: 1)
            try tree.image("images_tcia/PANCREAS_0002.nii.gz", on: Tree.grid("LAI"), seed: 2)
            try tree.label("label_btcv_multiorgan/label0001.nii.gz", [(6, Boxes.liver), (1, Boxes.spleen)])
            try tree.label("label_tcia_multiorgan/label0002.nii.gz", [(6, Boxes.liver)], on: Tree.grid("LAI"))
            try tree.write(
                """
                id,publisher,data set,original_id,extent_ant,extent_post,extent_left,extent_right,extent_inf,extent_sup
                1,TCIA,Pancreas-CT,2,1,11,1,15,3,10
                2,Synapse,BeyondTheCranialVault,1,2,12,0,14,2,9
                ,,,,,,,,,

                """, to: "cropping.csv")
            return tree
        },
        Miniature(name: "pancreasct") {
            let tree = Tree()
            try tree.image("nifti/PANCREAS_0001.nii.gz")
            try tree.label("TCIA_pancreas_labels-02-05-2017/label0001.nii.gz", [(1, Boxes.tumour)])
            try tree.label("TCIA_pancreas_labels-02-05-2017/label0025.nii.gz", [(1, Boxes.tumour)])
            return tree
        },
        Miniature(name: "pancreasct-dicom") {
            let tree = Tree()
            try tree.slices("Pancreas-CT/PANCREAS_0001/11-24-2015-PANCREAS0001/Pancreas-18957", seed: 1)
            for number in ["0001", "0025"] {
                try tree.label(
                    "TCIA_pancreas_labels-05-05-2017/label\(number).nii.gz", [(1, Boxes.tumour)], on: Tree.grid("LAS"))
            }
            return tree
        },
        Miniature(name: "chaos") { try Tree.chaos() },
    ]

    private static func kits(
        list: String, label: String = "segmentation", values: [(value: Int, box: VoxelBox)] = [(1, Boxes.spleen)]
    ) throws -> Tree {
        let tree = Tree()
        try tree.write("[]", to: list)
        let grid = try Tree.grid("IPL")
        try tree.image("case_00000/imaging.nii.gz", on: grid)
        try tree.label("case_00000/\(label).nii.gz", values, on: grid)
        try tree.label("case_00001/\(label).nii.gz", values, on: grid)
        return tree
    }

    private static let amosLabels = """
        {"0":"background","1":"spleen","2":"right kidney","3":"left kidney","4":"gall bladder","5":"esophagus","6":"liver",
         "7":"stomach","8":"arota","9":"postcava","10":"pancreas","11":"right adrenal gland","12":"left adrenal gland",
         "13":"duodenum","14":"bladder","15":"prostate/uterus"}
        """
}
