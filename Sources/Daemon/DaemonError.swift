/// What stops the daemon, with its remedy. Ids, keys and paths only; no patient data.
package enum DaemonError: Error, Equatable {
    case configurationFile(path: String, problem: String)
    case configuration(key: String, problem: String, remedy: String)
    /// The image that a volume was imported from is not there or is another file now.
    case imageMissing(file: String)
    case imageChanged(file: String)
    /// The local cache has no room or no permission.
    case cacheUnwritable(file: String, problem: String)
    /// A run without a single labelled volume in a part that needs one.
    case nothingToLearn(run: String, takes: String)
    case noValidation(run: String, split: String, takes: String)
    /// The server answered nothing for so long.
    case serverSilent(seconds: Int)
    /// Another daemon works on the run.
    case held(run: String, worker: String)

    var problem: String {
        switch self {
        case .configurationFile(_, let problem): problem
        case .configuration(let key, let problem, _): "\(key) \(problem)"
        case .imageMissing: "the image of a volume is missing"
        case .imageChanged: "the image of a volume is not the file that was imported"
        case .cacheUnwritable(_, let problem): "the cache cannot be written: \(problem)"
        case .nothingToLearn(let run, _): "run \(run) has no annotated volume of its organs in the part train"
        case .noValidation(let run, let split, _):
            "run \(run) has no annotated volume in the part validation of split \(split)"
        case .serverSilent(let seconds): "the database server has not answered for \(seconds) s"
        case .held(let run, let worker): "run \(run) is held by another daemon, \(worker)"
        }
    }

    var remedy: String {
        switch self {
        case .configurationFile: "give --config a readable YAML file"
        case .configuration(_, _, let remedy): remedy
        case .imageMissing: "bring it back to where it was imported from"
        case .imageChanged: "bring the old file back, or import the dataset again and start a new run"
        case .cacheUnwritable: "free space, or name another folder with daemon.cache; what is in it may be deleted"
        case .nothingToLearn(_, let takes):
            "the run takes \(takes): widen that, import annotations, or see with lacuna split show who is in train"
        case .noValidation(_, _, let takes):
            "the run takes \(takes): widen that, or put annotated subjects into validation with lacuna split create"
        case .serverSilent: "see that it runs and can be reached, then start again to go on"
        case .held: "let it go on, or stop it first; a run has one daemon at a time"
        }
    }

    var file: String? {
        switch self {
        case .configurationFile(let path, _), .imageMissing(let path), .imageChanged(let path),
            .cacheUnwritable(let path, _):
            path
        default: nil
        }
    }
}
