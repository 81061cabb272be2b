internal import Batches
internal import Catalog
internal import Domain
internal import Plans
internal import System
internal import Trainers
internal import Workflows

/// The cached files of volumes to train on, for an outside program.
struct TrainingFiles: Sendable {
    let cases: [TrainerJob.Case]
    /// The parts of each composite label, as indices of organs.
    let compositeSets: [[Int]]
    /// Keep the files mapped, so that no process removes them from the cache.
    private let volumes: [TrainingVolume]

    fileprivate init(_ cases: [TrainerJob.Case], _ volumes: [TrainingVolume], compositeSets: [[Int]]) {
        (self.cases, self.volumes, self.compositeSets) = (cases, volumes, compositeSets)
    }
}

extension CaseLibrary {
    /// As `training`, as files of the cache, all of which are made before it returns.
    ///
    /// - Parameter progress: called with the number of volumes that are there, and of all.
    /// - Throws: as `trainingVolume`; `DaemonError.cacheUnwritable` where another process removed a file at once.
    func trainingFiles(
        in part: SplitPart, _ rule: KnownVoxelRule, pseudo: [RoundLabel],
        progress: (_ done: Int, _ total: Int) -> Void, checkStop: () throws -> Void
    ) async throws -> TrainingFiles {
        let (parts, sets) = trainingParts(in: part, rule, pseudo: pseudo)
        await removeLabels(except: parts)
        var (cases, volumes) = ([TrainerJob.Case](), [TrainingVolume]())
        for part in parts {
            try checkStop()
            let (item, training) = try await trainingCase(part, rule, sets)
            volumes.append(TrainingVolume(item, training, settings))
            let (image, labels) = (cache.imageFile(of: part.volume), cache.labelFile(part.content, of: part.volume))
            for file in [image, labels] where !FilePath.exists(file) {
                throw DaemonError.cacheUnwritable(
                    file: file, problem: "files that were written are removed before they can be used")
            }
            cases.append(TrainerJob.Case(item, modality: part.volume.modality, image: image, labels: labels))
            progress(cases.count, parts.count)
        }
        return TrainingFiles(cases, volumes, compositeSets: sets)
    }
}
