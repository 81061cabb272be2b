internal import Domain
internal import Imaging
internal import System

/// Writes the datasets of a plan as folders in the layouts of public releases.
public enum PhantomGenerator {
    /// Progress in images.
    public struct Progress: Hashable, Sendable {
        public let done: Int
        public let total: Int
        /// The image just written, relative to the output folder.
        public let file: String
    }

    /// The written datasets.
    public struct Output: Hashable, Sendable {
        public struct Dataset: Hashable, Sendable {
            public let name: String
            /// The folder to import.
            public let path: String
            public let images: Int
            public let labelFiles: Int
        }

        public let datasets: [Dataset]
    }

    /// Generates every dataset of `plan` as `path/<dataset's name>`; creates `path` if necessary.
    ///
    /// A dataset is written as `path/.<name>.unfinished` and renamed when it is complete. Cases are generated one after
    /// the other, so memory is needed for one only. Blocks; call it on a thread of your own.
    /// - Parameter progress: called after each image.
    /// - Throws: `PhantomError`, or `ImagingError` where a volume cannot be written.
    @discardableResult
    public static func generate(
        _ plan: PhantomPlan, into path: String, progress: (Progress) -> Void = { _ in }
    ) throws -> Output {
        try plan.check()
        for dataset in plan.datasets where FilePath.exists("\(path)/\(dataset.name)") {
            throw PhantomError.occupied(path: "\(path)/\(dataset.name)")
        }
        try PhantomFolder.make(path)
        var done = 0
        let written = try plan.datasets.map { dataset in
            let (unfinished, whole) = ("\(path)/.\(dataset.name).unfinished", "\(path)/\(dataset.name)")
            try PhantomFolder.remove(unfinished)
            var writer = PhantomWriter(seed: plan.seed, dataset: dataset, root: unfinished)
            try writer.begin()
            for (index, scan) in dataset.scans.enumerated() {
                let file = try writer.write(
                    PhantomCase(seed: plan.seed, number: scan.number, grid: scan.grid), index: index)
                done += 1
                progress(Progress(done: done, total: plan.imageCount, file: "\(dataset.name)/\(file)"))
            }
            try writer.finish()
            try PhantomFolder.rename(unfinished, to: whole)
            return Output.Dataset(
                name: dataset.name, path: whole, images: dataset.scans.count, labelFiles: writer.labelFiles)
        }
        return Output(datasets: written)
    }
}

extension PhantomPlan {
    func check() throws(PhantomError) {
        var names: Set<String> = []
        for dataset in datasets {
            if let problem = dataset.problem { throw .senseless(dataset: dataset.name, problem: problem) }
            if !names.insert(dataset.name).inserted {
                throw .senseless(dataset: dataset.name, problem: "occurs twice")
            }
        }
    }
}

extension PhantomDataset {
    fileprivate var problem: String? {
        if name.isEmpty || name.hasPrefix(".") || name.contains("/") { return "is not named by a plain file name" }
        if scans.isEmpty { return "has no volumes" }
        if !(1...12).contains(compressionLevel) { return "has a compression level outside 1 to 12" }
        for scan in scans {
            let (shape, spacing) = (scan.grid.shape, scan.grid.spacing)
            if min(shape.x, shape.y, shape.z) < 1 || max(shape.x, shape.y, shape.z) > 32_767 {
                return "has a grid of \(shape) voxels, not of 1 to 32767 per axis"
            }
            if !(spacing.min() > 0 && spacing.max() < 1000) { return "has a spacing that is not above 0 mm" }
        }
        guard case .totalSegmentator(let classes, let share) = layout else { return nil }
        if !(0...1).contains(share) { return "has a missing share outside 0 to 1" }
        let unknown = classes.first { !PhantomLayout.tellableClasses.contains($0) }
        return unknown.map { "names class \($0), which phantoms do not have" }
    }
}
