internal import DICOM
internal import Importers
internal import System

/// Reads cases ahead of their recording, on two threads where there are two cores.
struct CaseReading: Sendable {
    /// Memory is planned for the voxel buffers of two readers; on one core a second reader would only displace the cache of the first.
    private static var readers: Int { min(2, UsableCores.count) }

    let layout: any Layout
    let options: ImportOptions
    let converted: SeriesCache
    let root: ReleaseRoot
    let known: KnownRelease

    /// Calls `body` with the result of each case, one after another in the order of the cases.
    ///
    /// While `body` runs, the readers go on, up to two cases each.
    func forEach(
        _ items: [ImportItem], _ body: (ImportItem, CaseReader.Result) async throws -> Void
    ) async throws {
        let ahead = ReadAhead(count: items.count, limit: 2 * Self.readers)
        let (results, feed) = AsyncStream<(Int, CaseReader.Result)>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(Self.readers, items.count) {
                let reader = CaseReader(layout: layout, options: options, converted: converted)
                group.addTask {
                    while let index = await ahead.next() {
                        feed.yield((index, await reader.read(items[index], in: root, known: known)))
                    }
                }
            }
            do {
                try await deliver(results, of: items, ahead, body)
                try Task.checkCancellation()
            } catch {
                await ahead.stop()
                throw error
            }
        }
    }

    /// Reads one case, also an unchanged one, with buffers of its own.
    func readAgain(_ item: ImportItem) async -> CaseReader.Result {
        await CaseReader(layout: layout, options: options, converted: converted).read(
            item, in: root, known: KnownRelease())
    }

    /// Brings results, which arrive as they are finished, into the order of the cases.
    private func deliver(
        _ results: AsyncStream<(Int, CaseReader.Result)>, of items: [ImportItem], _ ahead: ReadAhead,
        _ body: (ImportItem, CaseReader.Result) async throws -> Void
    ) async throws {
        var early: [Int: CaseReader.Result] = [:]
        var (next, stream) = (0, results.makeAsyncIterator())
        while next < items.count, let (index, result) = await stream.next() {
            early[index] = result
            while let result = early.removeValue(forKey: next) {
                try await body(items[next], result)
                next += 1
                await ahead.advance()
            }
        }
    }
}
