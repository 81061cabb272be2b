import Foundation
import TestSupport
import Testing

/// Image and label files in every axis order keep their positions in the world through import and export.
@Suite struct RoundTripTests {
    private struct Case {
        let name: String
        let image: AxisOrder
        let label: Data
    }

    /// One case for each axis order of the image; its label has another order of the same handedness.
    private func write(_ folder: String) throws -> [Case] {
        for name in ["imagesTr", "labelsTr"] {
            try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        let cases = try AxisOrder.all.enumerated().map { index, order in
            let count = WorldVolume.size.reduce(1, *)
            var state = UInt64(index + 1)
            func next(below limit: UInt64) -> Int16 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return Int16((state >> 33) % limit)
            }
            let image = WorldVolume(values: (0..<count).map { _ in next(below: 1200) - 1000 })
            let label = WorldVolume(values: (0..<count).map { _ in next(below: 3) == 0 ? 1 : 0 })
            let alike = AxisOrder.all.filter { $0.isRightHanded == order.isRightHanded }
            let stored = label.file(alike[(7 * index + 5) % alike.count], isLabel: true)
            let name = "case_\(order)"
            try image.file(order, isLabel: false).write(to: URL(filePath: "\(folder)/imagesTr/\(name).nii"))
            try stored.write(to: URL(filePath: "\(folder)/labelsTr/\(name).nii"))
            return Case(name: name, image: order, label: stored)
        }
        let pairs = cases.map {
            "{\"image\": \"./imagesTr/\($0.name).nii\", \"label\": \"./labelsTr/\($0.name).nii\"}"
        }
        let description = """
            {"name": "orders", "licence": "CC0 1.0", "modality": {"0": "CT"},
             "labels": {"0": "background", "1": "spleen"}, "training": [\(pairs.joined(separator: ", "))], "test": []}
            """
        try description.write(toFile: "\(folder)/dataset.json", atomically: true, encoding: .utf8)
        return cases
    }

    @Test func all48AxisOrdersKeepEachVoxelInItsPlace() async throws {
        try await Workbench.with { bench in
            let cases = try write(bench.folder + "/orders")
            #expect(Set(cases.map(\.name)).count == 48)
            let imported = try await bench.lacuna("dataset", "import", bench.folder + "/orders", "--json")
            #expect(imported.status == 0, "\(imported.errors)\(imported.output)")
            #expect(try imported.object()["newVolumes"] as? Int == 48)
            for item in cases {
                let file = "\(bench.folder)/\(item.name).nii"
                let exported = try await bench.lacuna(
                    "mask", "export", "orders/\(item.name)", "spleen", "--output", file)
                #expect(exported.status == 0, "\(item.name): \(exported.errors)")
                let data = try Data(contentsOf: URL(filePath: file))
                let positions = positionsOfForeground(data)
                #expect(!positions.isEmpty)
                #expect(positions == positionsOfForeground(item.label), "\(item.name)")
                // The mask is stored like its image: the same sizes and transform, bit for bit.
                let image = try Data(contentsOf: URL(filePath: "\(bench.folder)/orders/imagesTr/\(item.name).nii"))
                #expect(data[40..<56] == image[40..<56], "\(item.name)")
                #expect(data[280..<328] == image[280..<328], "\(item.name)")
            }
        }
    }
}
