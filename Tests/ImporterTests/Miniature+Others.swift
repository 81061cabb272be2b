import Domain
import Imaging
import Importers

extension Miniature {
    /// Layouts with a type of their own.
    static let others: [Miniature] = [
        Miniature(name: "msd", hasFreeRelease: true) { try Tree.decathlon() },
        Miniature(name: "btcv") { try Tree.btcv() },
        Miniature(name: "totalsegmentator") { try Tree.totalSegmentator() },
        Miniature(name: "totalsegmentator-mr") {
            let tree = Tree()
            try tree.image("s0001/mri.nii.gz")
            for (name, box) in [("liver", Boxes.liver), ("spleen", Boxes.spleen)] {
                try tree.label("s0001/segmentations/\(name).nii.gz", [(1, box)])
            }
            return tree
        },
        Miniature(name: "label-table") { try Tree.labelTable() },
        Miniature(name: "label-table-mr") {
            let tree = Tree()
            try tree.image("scan_mr.nii.gz")
            try tree.label(
                "scan_mr_seg.nii.gz", [(5, Boxes.liver)],
                table: [(5, "liver"), (10, "lung_left")].map { LabelTableEntry(key: $0.0, name: $0.1) })
            return tree
        },
        Miniature(name: "abdomenatlas") {
            let tree = Tree()
            try tree.image("BDMAP_00000001/ct.nii.gz")
            for number in 1...2 {
                for (name, boxes) in [("liver", [(1, Boxes.liver)]), ("postcava", []), ("gall_bladder", [])] {
                    try tree.label("BDMAP_0000000\(number)/segmentations/\(name).nii.gz", boxes)
                }
            }
            return tree
        },
        Miniature(name: "nnunet", hasFreeRelease: true) {
            let tree = Tree()
            try tree.write(
                """
                {"channel_names":{"0":"CT"},"labels":{"background":0,"liver":[1,2],"liver tumor":2,"masses":[2],"spleen":3,
                 "ignore":4},"regions_class_order":[1,2,3],"numTraining":2,"file_ending":".nii.gz"}
                """, to: "dataset.json")
            for (name, boxes) in [
                ("one", [(1, Boxes.liver), (2, Boxes.tumour), (4, Boxes.spleen)]), ("two", [(1, Boxes.liver)]),
            ] {
                try tree.image("imagesTr/\(name)_0000.nii.gz", seed: name.count + boxes.count)
                try tree.label("labelsTr/\(name).nii.gz", boxes)
            }
            try tree.label("labelsTr/three.nii.gz", [(1, Boxes.liver)])
            try tree.image("imagesTs/four_0000.nii.gz", seed: 8)
            return tree
        },
        Miniature(name: "nnunet-v1", hasFreeRelease: true) {
            let tree = Tree()
            try tree.image("imagesTr/liver_0_0000.nii.gz")
            try tree.label("labelsTr/liver_0.nii.gz", [(1, Boxes.liver)])
            try tree.description(
                labels: Tree.liverLabels, training: [("./imagesTr/liver_0.nii.gz", "./labelsTr/liver_0.nii.gz")])
            return tree
        },
        Miniature(name: "monai", hasFreeRelease: true) {
            try Tree.datalist(#","label_dict":{"1":"liver","2":"hepatic tumor"}"#)
        },
        Miniature(
            name: "monai-file", start: "folds.json", hasFreeRelease: true,
            options: { _ in ImportOptions(release: "lits17") }
        ) { try Tree.datalist("") },
        Miniature(name: "bids", hasFreeRelease: true) { try Tree.bids() },
    ]
}

extension Tree {
    /// A datalist whose second case has no label, and whose third waits for its image.
    static func datalist(_ names: String) throws -> Tree {
        let tree = Tree()
        try tree.image("images/a.nii.gz", seed: 1)
        try tree.image("images/b.nii.gz", seed: 2)
        try tree.label("labels/a.nii.gz", [(1, Boxes.liver), (2, Boxes.tumour)])
        try tree.label("labels/c.nii.gz", [(1, Boxes.liver)])
        try tree.write(
            """
            {"training":[{"image":"images/a.nii.gz","label":"labels/a.nii.gz","fold":0,"pseudo_label_reliability":1},
              {"image":"images/c.nii.gz","label":"labels/c.nii.gz","fold":1}],
             "testing":[{"image":"./images/b.nii.gz"}]\(names)}
            """, to: "folds.json")
        return tree
    }

    static func bids() throws -> Tree {
        let tree = Tree()
        try tree.write(
            #"{"Name":"x","BIDSVersion":"1.8.0","License":"CC0","GeneratedBy":[]}"#, to: "dataset_description.json")
        try tree.write("index\tname\tabbreviation\n1\tliver\tL\n2\tspleen\tS\n", to: "desc-organs_dseg.tsv")
        try tree.image("sub-01/ses-1/anat/sub-01_ses-1_ct.nii.gz", seed: 1)
        try tree.label("sub-01/ses-1/anat/sub-01_ses-1_desc-organs_dseg.nii.gz", [(1, Boxes.liver)])
        try tree.image("sub-02/anat/sub-02_T1w.nii.gz", seed: 2)
        try tree.label("sub-02/anat/sub-02_dseg.nii.gz", [(9, Boxes.spleen)])
        try tree.write("index\tname\n9\tspleen\n", to: "sub-02/anat/sub-02_dseg.tsv")
        return tree
    }
}
