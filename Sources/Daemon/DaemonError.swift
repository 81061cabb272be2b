/// Why the daemon cannot continue, with the remedy. Contains ids, keys and paths; no patient data.
package enum DaemonError: Error, Equatable {
    /// The image that a volume was imported from is missing, or the file has changed.
    case imageMissing(file: String)
    case imageChanged(file: String)
    /// The window of the run makes almost all of an image one value.
    case imageFlattened(file: String, modality: String)
    /// The local cache is full or may not be written.
    case cacheUnwritable(file: String, problem: String)
    /// The database server did not answer for this long.
    case serverSilent(seconds: Int)
    /// Another daemon took the job, or a person cancelled it.
    case jobLost
    /// A scheduled run took longer than its schedule allows.
    case tooLong(hours: Double)
    /// The run from which this one starts has no weights that can be read.
    case startMissing(run: String)
    /// Files or masks of a volume that are missing or are not those that were recorded.
    case damaged([String])
    /// A command that several processes cannot do together was started as one of several.
    case severalProcesses(size: String)
    /// Several processes were started to train together, and the run has an outside program.
    case outsideTrainerOfSeveral(size: Int)
    /// The run has an outside program that this process may not start; `isAsked`: a person may allow it.
    case trainerNotAllowed(run: String, command: String, isAsked: Bool)
    /// Another daemon holds the run.
    case held(run: String, worker: String)

    var problem: String {
        switch self {
        case .imageMissing: "the image of a volume is missing"
        case .imageChanged: "the image of a volume is not the file that was imported"
        case .imageFlattened(_, let modality):
            "the window of learning.windowLow and learning.windowHigh makes almost all of the image, of modality \(modality), one value"
        case .cacheUnwritable(_, let problem): "the cache cannot be written: \(problem)"
        case .serverSilent(let seconds): "the database server has not answered for \(seconds) s"
        case .jobLost: "the job was cancelled, or another daemon took it"
        case .tooLong(let hours): "the run was stopped after \(hours) hours, the limit of its schedule"
        case .startMissing(let run):
            "the run starts from the weights of run \(run), whose checkpoints are missing or damaged"
        case .damaged(let parts): "the volume is not intact: \(parts.joined(separator: ", "))"
        case .severalProcesses(let size): "WORLD_SIZE is \(size), but only lacunad run --once can be several processes"
        case .outsideTrainerOfSeveral(let size):
            "WORLD_SIZE is \(size), but the run is trained by the outside program of trainer.command"
        case .trainerNotAllowed(let run, let command, _):
            "run \(run) is trained by the outside program \(command), which this process may not start"
        case .held(let run, let worker): "run \(run) is held by another daemon, \(worker)"
        }
    }

    var remedy: String {
        switch self {
        case .imageMissing: "restore the file to the path from which it was imported"
        case .imageChanged: "restore the imported file, or import the dataset again and start a new run"
        case .imageFlattened:
            "set learning.intensity to zscore or percentiles, or the window to the values of the images, or lacuna volume exclude it; "
                + "a run that has begun keeps its settings, so others need another run.name"
        case .cacheUnwritable: "free space, or give another folder as daemon.cache; its contents can be deleted"
        case .serverSilent: "check that the server runs and can be reached, then start the run again to continue"
        case .jobLost: "check it with lacuna job show"
        case .tooLong: "create the schedule with a larger --max-hours, or continue the run with lacuna schedule retry"
        case .startMissing(let run):
            "restore the objects that lacuna lineage and lacuna verify name for run \(run), then lacuna schedule retry; or create the "
                + "schedule again with --start-from scratch"
        case .damaged: "restore what lacuna verify --read-data names, then lacuna job retry"
        case .severalProcesses: "start lacunad without torchrun, or unset WORLD_SIZE"
        case .outsideTrainerOfSeveral:
            "start lacunad without torchrun, or unset WORLD_SIZE; the program may start processes of its own, as torchrun does"
        case .trainerNotAllowed(_, _, true): "read the command, and give --run-trainer to start it"
        case .trainerNotAllowed: "set trainer.command to it in the configuration of this daemon"
        case .held: "let that daemon continue, or stop it first; a run has one daemon at a time"
        }
    }

    var file: String? {
        switch self {
        case .imageMissing(let path), .imageChanged(let path), .imageFlattened(let path, _),
            .cacheUnwritable(let path, _):
            path
        default: nil
        }
    }
}
