import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// A folder that is removed with its owner's scope.
private func withFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = TemporaryFolder.make("phantoms")
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

@Suite struct PhantomLayoutTests {
    static let grid = PhantomGrid(shape: GridShape(48, 44, 24), spacing: Vector3(8, 8, 10))
    let scans = [PhantomScan(number: 3, grid: grid), PhantomScan(number: 4, grid: grid)]
    let reader = NIfTIReader()

    private func files(_ root: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root).filter {
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: "\(root)/\($0)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    private func expectEqual(_ read: ImageVolume, _ phantom: PhantomCase) {
        #expect(read.shape == phantom.grid.shape)
        #expect(phantom.image.indices.allSatisfy { read.voxels[$0] == Double(phantom.image[$0]) })
        expectSamePlace(read.grid, phantom)
    }

    private func expectSamePlace(_ grid: ImageGrid, _ phantom: PhantomCase) {
        let displacement = grid.canonicalAffine.largestCornerDisplacement(
            to: phantom.grid.affine, shape: phantom.grid.shape)
        #expect(displacement < 0.01)
    }

    /// A generation that is killed at any image leaves no dataset that looks complete, and the next one starts again.
    @Test func aDatasetExistsOnlyOnceItIsComplete() throws {
        let datasets = ["one", "two"].map {
            PhantomDataset(name: $0, layout: .msd(.liver, lesions: false), scans: scans)
        }
        try withFolder { folder in
            let left = "\(folder)/.one.unfinished/imagesTr"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
            try Data("half".utf8).write(to: URL(filePath: "\(left)/liver_9.nii.gz"))
            var seen: [[String]] = []
            try PhantomGenerator.generate(PhantomPlan(seed: 1, datasets: datasets), into: folder) { _ in
                let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
                seen.append((names ?? []).filter { !$0.hasPrefix(".") })
            }
            #expect(seen == [[], [], ["one"], ["one"]])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["one", "two"])
            #expect(try files("\(folder)/one") == files("\(folder)/two"))
        }
    }

    @Test(arguments: ["RAS", "LAS", "LPI", "PIR", "SLA"], PhantomTransform.allCases)
    func decathlonTask(_ letters: String, _ transform: PhantomTransform) throws {
        var dataset = PhantomDataset(name: "Task03_Liver", layout: .msd(.liver, lesions: true), scans: [scans[0]])
        dataset.orientation = try #require(Orientation(letters))
        dataset.transform = transform
        try withFolder { folder in
            try PhantomGenerator.generate(PhantomPlan(seed: 1, datasets: [dataset]), into: folder)
            let root = "\(folder)/Task03_Liver"
            #expect(try files(root) == ["dataset.json", "imagesTr/liver_1.nii.gz", "labelsTr/liver_1.nii.gz"])
            let phantom = PhantomCase(seed: 1, number: 3, grid: Self.grid)
            let image = try reader.readImage("\(root)/imagesTr/liver_1.nii.gz")
            #expect(image.grid.orientation.description == letters)
            #expect((image.grid.sformCode > 0) == (transform != .qform))
            #expect((image.grid.qformCode > 0) == (transform != .sform))
            expectEqual(image, phantom)
            let labels = try reader.readLabels("\(root)/labelsTr/liver_1.nii.gz")
            expectSamePlace(labels.grid, phantom)
            #expect(labels.mask(of: [1, 2]) == phantom.mask(of: "liver"))
            #expect(labels.mask(of: [2]) == phantom.mask(of: "liver_tumour"))
        }
    }

    @Test func taskDescriptionIsThatOfTheDecathlon() throws {
        let dataset = PhantomDataset(name: "t", layout: .msd(.pancreas, lesions: false), scans: scans)
        try withFolder { folder in
            try PhantomGenerator.generate(PhantomPlan(seed: 1, datasets: [dataset]), into: folder)
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/t/dataset.json"))
            let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(json["labels"] as? [String: String] == ["0": "background", "1": "pancreas"])
            #expect(json["modality"] as? [String: String] == ["0": "CT"])
            #expect(json["numTraining"] as? Int == 2 && json["numTest"] as? Int == 0)
            #expect(json["licence"] is String)
            let training = try #require(json["training"] as? [[String: String]])
            #expect(
                training[1] == ["image": "./imagesTr/pancreas_002.nii.gz", "label": "./labelsTr/pancreas_002.nii.gz"])
            for entry in training {
                for file in entry.values { #expect(FileManager.default.fileExists(atPath: "\(folder)/t/\(file)")) }
            }
        }
    }

    @Test func abdominalChallenge() throws {
        let dataset = PhantomDataset(name: "b", layout: .btcv, scans: scans)
        let map = try #require(LabelMap.standard("btcv"))
        try withFolder { folder in
            try PhantomGenerator.generate(PhantomPlan(seed: 1, datasets: [dataset]), into: folder)
            let training = "\(folder)/b/RawData/Training"
            #expect(
                try files(training) == [
                    "img/img0001.nii.gz", "img/img0002.nii.gz", "label/label0001.nii.gz", "label/label0002.nii.gz",
                ])
            let phantom = PhantomCase(seed: 1, number: 4, grid: Self.grid)
            expectEqual(try reader.readImage("\(training)/img/img0002.nii.gz"), phantom)
            let labels = try reader.readLabels("\(training)/label/label0002.nii.gz")
            for entry in map.entries { #expect(labels.mask(of: [entry.value]) == phantom.mask(of: entry.organs[0])) }
        }
    }

    @Test func oneFilePerClassWithGaps() throws {
        let many = (0..<10).map { PhantomScan(number: $0, grid: Self.grid) }
        let classes: [OrganKey] = ["liver", "pancreas", "gallbladder", "brain"]
        let dataset = PhantomDataset(
            name: "s", layout: .totalSegmentator(classes: classes, missingShare: 0.7), scans: many)
        try withFolder { folder in
            let output = try PhantomGenerator.generate(PhantomPlan(seed: 1, datasets: [dataset]), into: folder)
            let found = try files("\(folder)/s")
            #expect(found.filter { $0.hasSuffix("/ct.nii.gz") }.count == 10 && found.contains("meta.csv"))
            for organ in classes { #expect(found.filter { $0.hasSuffix("/\(organ).nii.gz") }.count == 3) }
            #expect(output.datasets.map(\.labelFiles) == [12])
            let gaps = classes.map { organ in found.filter { $0.hasSuffix("/\(organ).nii.gz") }.map { $0.prefix(5) } }
            #expect(Set(gaps).count > 1, "the gaps of different organs fall on different subjects")
            for file in found where file.contains("/segmentations/") {
                let number = try #require(Int(file.dropFirst().prefix(4))) - 1
                let organ = OrganKey(file.split(separator: "/")[2].dropLast(".nii.gz".count))
                let phantom = PhantomCase(seed: 1, number: number, grid: Self.grid)
                #expect(try reader.readLabels("\(folder)/s/\(file)").mask(of: [1]) == phantom.mask(of: organ))
            }
            let meta = try String(contentsOfFile: "\(folder)/s/meta.csv", encoding: .utf8)
            #expect(meta.hasPrefix("image_id;age;gender;institute;study_type;split\ns0001;"))
        }
    }

    @Test func aSharedScanIsOneVolumeInTwoFiles() throws {
        var first = PhantomDataset(name: "a", layout: .btcv, scans: scans)
        var second = PhantomDataset(name: "b", layout: .msd(.spleen, lesions: false), scans: [scans[1]])
        (first.orientation, second.orientation) = (Orientation("LAS") ?? .ras, Orientation("PSR") ?? .ras)
        second.floatImages = true
        second.compressionLevel = 1
        second.transform = .qform
        try withFolder { folder in
            try PhantomGenerator.generate(PhantomPlan(seed: 1, datasets: [first, second]), into: folder)
            let a = try reader.readImage("\(folder)/a/RawData/Training/img/img0002.nii.gz")
            let b = try reader.readImage("\(folder)/b/imagesTr/spleen_1.nii.gz")
            #expect(a.file.digest != b.file.digest)
            #expect(a.identity() == b.identity())
            let other = try reader.readImage("\(folder)/a/RawData/Training/img/img0001.nii.gz")
            #expect(other.identity().exact != a.identity().exact)
        }
    }

    @Test func planOfTheDemonstration() throws {
        let plan = PhantomPlan.demo()
        #expect(plan.datasets.map(\.name) == ["internal", "Task03_Liver", "Totalsegmentator_dataset", "heldout"])
        #expect(plan.datasets.map(\.scans.count) == [4, 12, 14, 8])
        #expect(plan.imageCount == 38)
        #expect(Set(plan.datasets.flatMap(\.scans)).count == 37)
        #expect(Set(plan.datasets.flatMap(\.scans).map(\.number)).count == 37)
        #expect(Set(plan.datasets.map(\.orientation)).count == 4)
    }

    @Test func samePlanSameBytes() throws {
        var counts = PhantomPlan.Counts()
        (counts.complete, counts.liver, counts.partial, counts.heldOut) = (1, 2, 3, 1)
        let plan = PhantomPlan.demo(shape: GridShape(40, 40, 20), spacing: Vector3(9, 9, 12), counts: counts)
        try withFolder { folder in
            var seen: [PhantomGenerator.Progress] = []
            try PhantomGenerator.generate(plan, into: "\(folder)/1/deep") { seen.append($0) }
            try PhantomGenerator.generate(plan, into: "\(folder)/2")
            #expect(seen.map(\.done) == Array(1...7) && seen.allSatisfy { $0.total == 7 })
            let found = try files("\(folder)/1/deep")
            #expect(try found == files("\(folder)/2"))
            for file in found {
                let pair = try ["1/deep", "2"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/\(file)"))
                }
                #expect(pair[0] == pair[1], "\(file)")
            }
        }
    }

    @Test func refusals() throws {
        try withFolder { folder in
            let dataset = PhantomDataset(name: "b", layout: .btcv, scans: [scans[0]])
            let plan = PhantomPlan(seed: 1, datasets: [dataset])
            try PhantomGenerator.generate(plan, into: folder)
            #expect(throws: PhantomError.occupied(path: "\(folder)/b")) {
                try PhantomGenerator.generate(plan, into: folder)
            }
            #expect(throws: PhantomError.senseless(dataset: "b", problem: "occurs twice")) {
                try PhantomGenerator.generate(PhantomPlan(seed: 1, datasets: [dataset, dataset]), into: folder)
            }
            func refused(_ dataset: PhantomDataset) -> Bool {
                do {
                    try PhantomGenerator.generate(PhantomPlan(seed: 1, datasets: [dataset]), into: "\(folder)/new")
                    return false
                } catch PhantomError.senseless {
                    return !FileManager.default.fileExists(atPath: "\(folder)/new")
                } catch {
                    return false
                }
            }
            #expect(refused(PhantomDataset(name: "../b", layout: .btcv, scans: scans)))
            #expect(refused(PhantomDataset(name: "c", layout: .btcv, scans: [])))
            let classes: [OrganKey] = ["rib_left_1"]
            #expect(
                refused(
                    PhantomDataset(
                        name: "c", layout: .totalSegmentator(classes: classes, missingShare: 0), scans: scans)))
            #expect(
                refused(
                    PhantomDataset(name: "c", layout: .totalSegmentator(classes: [], missingShare: 1.1), scans: scans)))
            let flat = PhantomGrid(shape: GridShape(10, 0, 10), spacing: Vector3(1, 1, 1))
            #expect(refused(PhantomDataset(name: "c", layout: .btcv, scans: [PhantomScan(number: 0, grid: flat)])))
        }
    }
}
