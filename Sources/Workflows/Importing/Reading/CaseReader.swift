internal import DICOM
internal import Domain
internal import Importers
internal import System

/// Reads cases on a thread of its own and keeps its buffers from case to case.
actor CaseReader {
    /// The result of reading a case's files.
    enum Result: Sendable {
        case unchanged
        case waiting(WaitingFiles)
        case inspected(InspectedCase)
        case failed(ImportError)
    }

    private let thread: SerialThread = .start()
    private let inspector: CaseInspector
    private let readsAnnotators: Bool
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(layout: any Layout, options: ImportOptions, converted: SeriesCache) {
        inspector = CaseInspector(layout: layout, options: options, converted: converted)
        readsAnnotators = options.annotators
    }

    deinit { thread.finish() }

    /// Hashes the files first, and decompresses them only where they differ from the recorded ones.
    func read(_ item: ImportItem, in root: ReleaseRoot, known: KnownRelease) -> Result {
        switch item {
        case .whole(let files): read(files, in: root, known: known.maySkip ? known.cases[files.name] : nil)
        case .waiting(let item): read(item, in: root, known: known.maySkip ? known.waiting : [:])
        }
    }

    private func read(_ item: WaitingCase, in root: ReleaseRoot, known: [String: KnownWaiting]) -> Result {
        do throws(ImportError) {
            let files = item.labels.map(\.file)
            if files.allSatisfy({ known[root.relative($0)] != nil }) {
                let checksums = try inspector.checksums(of: files)
                if checksums.allSatisfy({ known[root.relative($0.file)]?.sha256 == $0.sha256 }) {
                    return .waiting(WaitingFiles(item: item, files: checksums))
                }
            }
            return .waiting(WaitingFiles(item: item, files: try inspector.check(item)))
        } catch {
            return .failed(error)
        }
    }

    private func read(_ files: CaseFiles, in root: ReleaseRoot, known: KnownFiles?) -> Result {
        do throws(ImportError) {
            if let known, !readsAnnotators || files.annotators.allSatisfy({ $0.problem == nil }) {
                let drawn = files.annotators.flatMap(\.instances).map { root.relative($0.file) }
                let found = KnownFiles(try inspector.checksums(of: files, known: known.image), in: root)
                if found == (readsAnnotators ? known : known.without(drawn)) { return .unchanged }
            }
            return .inspected(try inspector.inspect(files))
        } catch {
            return .failed(error)
        }
    }
}

/// A waiting case with the checksums of its label files.
struct WaitingFiles: Sendable {
    let item: WaitingCase
    let files: [FileChecksum]
}
