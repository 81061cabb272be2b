internal import Batches
internal import CacheFiles
internal import Domain

/// Why a function of the library failed. Contains no patient data but the paths of files that the caller gave.
struct LibraryError: Error, Hashable, Sendable {
    /// What functions return; 0 is success.
    enum Status: Int32, Sendable { case argument = 1, file, nothingToLearn }

    let status: Status
    /// One clause each.
    let problem, remedy: String

    static func argument(_ problem: String, _ remedy: String) -> LibraryError {
        LibraryError(status: .argument, problem: problem, remedy: remedy)
    }

    static func file(_ path: String, _ problem: String) -> LibraryError {
        LibraryError(
            status: .file, problem: "\(path) \(problem)",
            remedy: "give the files of one run of lacunad, and this package and lacunad of one release")
    }
}

extension LibraryError {
    init(_ error: CacheFileError) { self = .file(error.file, error.problem) }

    init(_ error: SettingError) {
        self =
            switch error {
            case .unknown(let key, let known):
                .argument("there is no setting \(key)", "use \(known.sorted().joined(separator: ", "))")
            case .missing(let key, let limits): .argument("\(key) is missing", "give \(limits)")
            case .invalid(let key, let value, let limits, _): .argument("\(key) is \(value)", "give \(limits)")
            }
    }

    init(_ error: BatchError) {
        self.init(
            status: error == .nothingToLearn ? .nothingToLearn : .argument, problem: error.problem,
            remedy: error == .nothingToLearn ? "give volumes with labels of these organs" : error.remedy)
    }
}
