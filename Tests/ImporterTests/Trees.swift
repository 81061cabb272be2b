import Imaging

extension Tree {
    /// `dataset.json` with the given labels and training pairs, in the Decathlon's form.
    func description(
        labels: String, training: [(image: String, label: String)], test: [String] = [], extra: String = ""
    ) throws {
        let pairs = training.map { "{\"image\":\"\($0.image)\",\"label\":\"\($0.label)\"}" }.joined(separator: ",")
        let images = test.map { "\"\($0)\"" }.joined(separator: ",")
        try write(
            """
            {"name":"Liver","description":"","licence":"CC-BY-SA 4.0","release":"1.0 04/05/2018",
             "tensorImageSize":"3D","modality":{"0":"CT"},"labels":\(labels),\(extra)
             "numTraining":\(training.count),"training":[\(pairs)],"test":[\(images)]}
            """, to: "dataset.json")
    }

    static let liverLabels = #"{"0":"background","1":"liver","2":"cancer"}"#

    /// Two liver cases, the second without a tumour, and an image without labels.
    static func decathlon() throws -> Tree {
        let tree = Tree()
        for (name, seed) in [("liver_0", 1), ("liver_1", 2)] {
            try tree.image("imagesTr/\(name).nii.gz", seed: seed)
            let boxes = [(1, Boxes.liver)] + (seed == 1 ? [(2, Boxes.tumour)] : [])
            try tree.label("labelsTr/\(name).nii.gz", boxes)
        }
        try tree.image("imagesTs/liver_7.nii.gz", seed: 3)
        try tree.write([0, 5, 22, 7], to: "imagesTr/._liver_0.nii.gz")
        try tree.description(
            labels: liverLabels,
            training: [
                ("./imagesTr/liver_0.nii.gz", "./labelsTr/liver_0.nii.gz"),
                ("./imagesTr/liver_1.nii.gz", "./labelsTr/liver_1.nii.gz"),
            ], test: ["./imagesTs/liver_7.nii.gz"])
        return tree
    }

    /// One labelled case, one image without its label, one test image.
    static func btcv(prefix: String = "RawData/") throws -> Tree {
        let tree = Tree()
        try tree.image("\(prefix)Training/img/img0001.nii.gz", seed: 1)
        try tree.label("\(prefix)Training/label/label0001.nii.gz", [(6, Boxes.liver), (1, Boxes.spleen)])
        try tree.image("\(prefix)Training/img/img0002.nii.gz", seed: 2)
        try tree.image("\(prefix)Testing/img/img0061.nii.gz", seed: 3)
        try tree.write([0, 5, 22, 7], to: "\(prefix)Training/label/._label0001.nii.gz")
        return tree
    }

    /// Two cases of three classes; gallbladder empty, and the second case without a spleen file.
    static func totalSegmentator() throws -> Tree {
        let tree = Tree()
        for (name, seed) in [("s0001", 1), ("s0002", 2)] {
            try tree.image("\(name)/ct.nii.gz", seed: seed)
            try tree.label("\(name)/segmentations/liver.nii.gz", [(1, Boxes.liver)])
            try tree.label("\(name)/segmentations/gallbladder.nii.gz", [])
            if seed == 1 { try tree.label("\(name)/segmentations/spleen.nii.gz", [(1, Boxes.spleen)]) }
        }
        try tree.write("image_id;age;gender\n", to: "meta.csv")
        return tree
    }

    /// An image and a label file whose header declares liver, spleen and brain under numbers of its own.
    static func labelTable() throws -> Tree {
        let tree = Tree()
        try tree.image("scan.nii.gz")
        try tree.label(
            "scan_seg.nii.gz", [(7, Boxes.liver), (3, Boxes.spleen)],
            table: [(7, "liver"), (3, "spleen"), (90, "brain")].map { LabelTableEntry(key: $0.0, name: $0.1) })
        return tree
    }
}
