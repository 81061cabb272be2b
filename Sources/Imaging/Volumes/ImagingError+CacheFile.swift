internal import CacheFiles

extension ImagingError {
    init(_ error: CacheFileError) {
        self =
            switch error {
            case .unreadable(let file, let code): .unreadable(file: file, code: code)
            case .unsafe(let file): .damagedCache(file: file, reason: "another user owns it or may write to it")
            case .truncated(let file, let needed, let found):
                .truncated(file: file, neededBytes: needed, foundBytes: found)
            case .tooLong(let file, let needed, let found): .trailingBytes(file: file, count: found - needed)
            case .otherFormat(let file, _, _): .damagedCache(file: file, reason: "it \(error.problem)")
            case .invalidHeader(let file, let field): .invalidHeader(file: file, field: field)
            }
    }
}
