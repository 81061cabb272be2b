import Domain
import Drawing
import Glibc
import Imaging

/// Small valid inputs from which mutations start.
enum Seeds {
    /// Writes one folder of seeds per target.
    static func write(to folder: String) throws {
        mkdir(folder, 0o755)
        for target in FuzzTarget.allCases {
            mkdir("\(folder)/\(target.rawValue)", 0o755)
            for (index, bytes) in try all(target).enumerated() {
                let file = fopen("\(folder)/\(target.rawValue)/\(index)", "w")
                guard let file else { throw ScratchFolder.Failure(path: folder) }
                fwrite(bytes, 1, bytes.count, file)
                fclose(file)
            }
        }
    }

    private static func all(_ target: FuzzTarget) throws -> [[UInt8]] {
        switch target {
        case .volume, .inflated:
            try [volume(), volume(table: Array(table.utf8)), floats(), written(volumeOf(.int32), "x.nii")]
        case .gzip: try [written(volumeOf(.uint8), "x.nii.gz"), written(volumeOf(.float32), "x.nii.gz")]
        case .pair: try [pair()]
        case .table: [Array(table.utf8)]
        case .mask: [mask(known: false), mask(known: true)]
        case .description: [decathlon, nnUNet].map { Array($0.utf8) }
        case .datalist: [Array(datalist.utf8)]
        case .bids: [bidsTable, bidsDescription].map { Array($0.utf8) }
        case .map: [map, shortMap].map { Array($0.utf8) }
        case .dicom: [slice(isExplicit: true), slice(isExplicit: false)]
        case .png: try [picture()]
        }
    }

    // MARK: - Volumes

    private static let shape = GridShape(5, 4, 3)
    private static let grid = ImageGrid(
        shape: shape, affine: .scaling(Vector3(-0.8, -1.5, 3), origin: Vector3(1, 2, 3)), qformCode: 1)
    private static let values = (0..<60).map { $0 * 7 - 100 }

    /// A small volume; with a table of labels in its header where bytes for one are given.
    static func volume(table: [UInt8]? = nil) throws -> [UInt8] {
        let labels = VoxelBuffer((0..<60).map { UInt8($0 % 4) })
        let plain = try written(.uint8(labels), "x.nii")
        return table.map { volume(plain, table: $0) } ?? plain
    }

    /// The volume with a table put into its header.
    static func volume(_ plain: [UInt8], table: [UInt8]) -> [UInt8] {
        var bytes = plain
        let size = (8 + table.count + 15) / 16 * 16
        var part = [UInt8](repeating: 0, count: size)
        part.replaceSubrange(0..<4, with: littleEndian(Int32(size)))
        part.replaceSubrange(8..<8 + table.count, with: table)
        bytes[348] = 1
        bytes.replaceSubrange(108..<112, with: littleEndian(Int32(bitPattern: Float(352 + size).bitPattern)))
        bytes.insert(contentsOf: part, at: 352)
        return bytes
    }

    private static func floats() throws -> [UInt8] { try written(volumeOf(.float32), "x.nii") }

    private static func volumeOf(_ type: VoxelType) -> NIfTIWriter.Voxels {
        switch type {
        case .float32: .float32(VoxelBuffer(values.map { Float($0) / 2 }))
        case .int32: .int32(VoxelBuffer(values.map { Int32($0) << 12 }))
        case .uint8: .uint8(VoxelBuffer(values.map { UInt8(truncatingIfNeeded: $0) }))
        default: .int16(VoxelBuffer(values.map(Int16.init)))
        }
    }

    private static func pair() throws -> [UInt8] {
        var bytes = try written(volumeOf(.int16), "x.nii")
        bytes[345] = UInt8(ascii: "i")
        bytes.replaceSubrange(108..<112, with: [0, 0, 0, 0])
        return bytes
    }

    private static func written(_ voxels: NIfTIWriter.Voxels, _ name: String) throws -> [UInt8] {
        let path = "\(try ScratchFolder().path)/seed-\(name)"
        try NIfTIWriter.write(voxels, on: grid, to: path)
        defer { unlink(path) }
        return try bytes(of: path)
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw ScratchFolder.Failure(path: path) }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
    }

    private static func littleEndian(_ value: Int32) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian, Array.init)
    }

    private static func mask(known: Bool) -> [UInt8] {
        var foreground = BitVolume(Harness.maskShape)
        var rest = BitVolume(Harness.maskShape, repeating: true)
        for index in 3000..<3100 {
            foreground[index] = true
            rest[index + 500] = false
        }
        return MaskCodec.encode(foreground: foreground, known: known ? rest : nil).bytes
    }

    // MARK: - Slices

    private static func slice(isExplicit: Bool) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        func add(_ group: UInt16, _ element: UInt16, _ kind: String, _ value: String, explicit: Bool = true) {
            let bytes = Array(value.utf8) + (value.utf8.count % 2 == 0 ? [] : [0x20])
            out += [group, element].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
            if explicit { out += Array(kind.utf8) }
            out +=
                explicit
                ? [UInt8(bytes.count), 0] : [UInt8(bytes.count), 0, 0, 0]
            out += bytes
        }
        add(2, 0x10, "UI", isExplicit ? "1.2.840.10008.1.2.1" : "1.2.840.10008.1.2")
        let fields: [(UInt16, UInt16, String, String)] = [
            (0x08, 0x60, "CS", "CT"), (0x10, 0x20, "LO", "P1"), (0x20, 0x0d, "UI", "1.2.3"),
            (0x20, 0x0e, "UI", "1.2.4"), (0x20, 0x13, "IS", "1"), (0x20, 0x32, "DS", "-1\\2\\3.5"),
            (0x20, 0x37, "DS", "1\\0\\0\\0\\1\\0"), (0x28, 0x10, "US", "\u{2}\0"), (0x28, 0x11, "US", "\u{3}\0"),
            (0x28, 0x30, "DS", "0.5\\0.5"), (0x28, 0x100, "US", "\u{10}\0"),
        ]
        for (group, element, kind, value) in fields { add(group, element, kind, value, explicit: isExplicit) }
        // A sequence of undefined length with one item.
        out += [0x40, 0, 0x75, 2] + (isExplicit ? Array("SQ".utf8) + [0, 0] : []) + [255, 255, 255, 255]
        out += [0xfe, 0xff, 0, 0xe0, 255, 255, 255, 255, 0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0]
        return out + [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]
    }

    private static func picture() throws -> [UInt8] {
        try Picture.encode(width: 4, height: 3, as: .png) { _ in }
    }

    // MARK: - Texts

    private static let table = """
        <?xml version="1.0"?><CaretExtension><VolumeInformation Index="0"><LabelTable>
        <Label Key="1" Red="1.0" Alpha="1"><![CDATA[liver]]></Label><Label Key="2">spleen &amp; more</Label>
        </LabelTable></VolumeInformation></CaretExtension>
        """

    private static let decathlon = """
        {"name": "Spleen", "licence": "CC", "modality": {"0": "CT"}, "labels": {"0": "background", "1": "spleen"},
         "numTraining": 1, "training": [{"image": "./imagesTr/a.nii", "label": "./labelsTr/a.nii"}], "test": ["./imagesTs/b.nii"]}
        """

    private static let nnUNet = """
        {"channel_names": {"0": "CT"}, "labels": {"background": 0, "kidney": [1, 2], "tumor": 2, "ignore": 3},
         "regions_class_order": [1, 2], "numTraining": 1, "file_ending": ".nii",
         "dataset": {"a": {"images": ["imagesTr/a_0000.nii"], "label": "labelsTr/a.nii"}}}
        """

    private static let datalist = """
        {"training": [{"image": "image.nii", "label": "image.nii", "fold": 0, "label_sv": "x"}], "testing": ["image.nii"],
         "label_dict": {"1": "liver", "2": "spleen"}, "original_label_dict": {"1": "liver"}}
        """

    private static let bidsTable =
        "index\tname\tabbreviation\tcolor\tmapping\n1\tliver\tL\t#ff0000\t1\n2\tspleen\tn/a\t\t\n"

    private static let bidsDescription = """
        {"Name": "x", "BIDSVersion": "1.9.0", "DatasetType": "derivative", "GeneratedBy": [{"Name": "y"}], "License": "CC0"}
        """

    private static let map = """
        release: own
        images: [scans/{case}/ct.nii.gz, {regex: "a(?<case>.*)b"}]
        labels: masks/{case}.nii[.gz]
        values:
          1: liver
          2: [liver_tumour, liver]
          255: ignore
        case: "{case}"
        complete: [liver]
        origin: {default: expert, liver_tumour: model}
        modality: CT
        licence: {text: CC BY 4.0, source: our contract}
        """

    private static let shortMap = "labels: {1: &a liver, 2: *a}\nrelease: x\n"
}
