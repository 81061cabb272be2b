internal import Domain
internal import Drawing

/// Tables of the values, names and colours of a label map, as viewers load them.
struct LabelTableFiles: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        let value: Int
        let organ: OrganKey
        let colour: Colour
    }

    /// Path of the label map.
    let labelMap: String

    private var stem: String {
        [".nii.gz", ".nii"].first(where: labelMap.hasSuffix).map { String(labelMap.dropLast($0.count)) } ?? labelMap
    }

    /// Path of the label descriptions of ITK-SNAP, which 'mask import --map' reads too.
    var descriptions: String { stem + ".label.txt" }
    /// Path of the colour table of 3D Slicer, which 'mask import --map' reads too.
    var colourTable: String { stem + ".ctbl" }

    static func descriptions(_ entries: [Entry]) -> String {
        let lines = entries.map { entry in
            let colour = entry.colour
            return "\(entry.value) \(colour.red) \(colour.green) \(colour.blue) 1 1 1 \"\(entry.organ)\""
        }
        return (["# IDX -R- -G- -B- -A- VIS MSH LABEL", "0 0 0 0 0 0 0 \"Clear Label\""] + lines)
            .joined(separator: "\n") + "\n"
    }

    static func colourTable(_ entries: [Entry]) -> String {
        let lines = entries.map { entry in
            let colour = entry.colour
            return "\(entry.value) \(entry.organ) \(colour.red) \(colour.green) \(colour.blue) 255"
        }
        return (["# value name red green blue alpha", "0 background 0 0 0 0"] + lines).joined(separator: "\n") + "\n"
    }
}
