public import Domain
public import Imaging

/// One patient on one grid. The same scan in two datasets has the same voxels, whatever their storage order.
public struct PhantomScan: Hashable, Sendable {
    /// The patient's number, common to all datasets of a plan.
    public let number: Int
    public let grid: PhantomGrid

    public init(number: Int, grid: PhantomGrid) { (self.number, self.grid) = (number, grid) }
}

/// Which of NIfTI's two transforms a file has.
public enum PhantomTransform: String, CaseIterable, Sendable {
    case sform, qform, both
}

/// One folder in the layout of a public dataset.
public struct PhantomDataset: Hashable, Sendable {
    /// The folder's name; it must not exist yet.
    public var name: String
    public var layout: PhantomLayout
    public var scans: [PhantomScan]
    /// Orientation of the stored axes.
    public var orientation = Orientation.ras
    public var transform = PhantomTransform.both
    /// Images as float32 instead of int16; the values are the same.
    public var floatImages = false
    /// libdeflate's level, 1 to 12.
    public var compressionLevel = 6

    public init(name: String, layout: PhantomLayout, scans: [PhantomScan]) {
        (self.name, self.layout, self.scans) = (name, layout, scans)
    }
}

/// The datasets to generate. Equal plans give equal bytes.
public struct PhantomPlan: Hashable, Sendable {
    public var seed: UInt64
    public var datasets: [PhantomDataset]

    public init(seed: UInt64, datasets: [PhantomDataset]) { (self.seed, self.datasets) = (seed, datasets) }

    /// Number of image files.
    public var imageCount: Int { datasets.reduce(0) { $0 + $1.scans.count } }
}

extension PhantomPlan {
    /// The number of volumes of each dataset of the demonstration.
    public struct Counts: Hashable, Sendable {
        /// Fully labelled, BTCV layout.
        public var complete = 4
        /// Liver only, MSD layout.
        public var liver = 12
        /// TotalSegmentator layout with most class files missing.
        public var partial = 14
        /// Of these, volumes that are also in the liver set.
        public var shared = 1
        /// Never trained on, BTCV layout.
        public var heldOut = 8

        public init() {}
    }

    /// The demonstration: a fully labelled internal set, two partially labelled public sets and held-out subjects, in
    /// the folders `internal`, `Task03_Liver`, `Totalsegmentator_dataset` and `heldout`, each with its own axes,
    /// spacing and transform.
    ///
    /// - Parameters:
    ///   - shape: voxels along x, y, z.
    ///   - spacing: millimetres along x, y, z; the anatomy needs a field of view of about 360 x 280 x 200 mm.
    ///   - missingShare: share of subjects without a file, for each class of the partially labelled set; 0 to 1.
    public static func demo(
        seed: UInt64 = 2021, shape: GridShape = GridShape(96, 96, 48), spacing: Vector3<Double> = Vector3(4, 4, 5),
        counts: Counts = Counts(), missingShare: Double = 0.7
    ) -> PhantomPlan {
        var next = 0
        func scans(_ count: Int, _ scale: Vector3<Double>) -> [PhantomScan] {
            defer { next += count }
            let grid = PhantomGrid(shape: shape, spacing: spacing * scale)
            return (next..<(next + count)).map { PhantomScan(number: $0, grid: grid) }
        }
        var complete = PhantomDataset(name: "internal", layout: .btcv, scans: scans(counts.complete, Vector3(1, 1, 1)))
        var liver = PhantomDataset(
            name: PhantomTask.liver.folder, layout: .msd(.liver, lesions: true),
            scans: scans(counts.liver, Vector3(0.95, 0.95, 1)))
        let shared = min(counts.shared, counts.liver, counts.partial)
        var partial = PhantomDataset(
            name: "Totalsegmentator_dataset",
            layout: .totalSegmentator(classes: PhantomLayout.abdominalClasses, missingShare: missingShare),
            scans: liver.scans.prefix(shared) + scans(counts.partial - shared, Vector3(1, 1, 0.92)))
        var heldOut = PhantomDataset(name: "heldout", layout: .btcv, scans: scans(counts.heldOut, Vector3(1, 1, 1)))
        complete.orientation = Orientation("LAS") ?? .ras
        liver.orientation = Orientation("LPS") ?? .ras
        liver.transform = .qform
        partial.transform = .sform
        partial.compressionLevel = 3
        heldOut.orientation = Orientation("LAI") ?? .ras
        return PhantomPlan(seed: seed, datasets: [complete, liver, partial, heldOut])
    }
}
