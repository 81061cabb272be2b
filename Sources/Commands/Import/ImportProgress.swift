internal import Catalog
internal import Console
internal import Importers
internal import Synchronization

/// What an import has done so far: one place that its tasks add to and that an interruption can read at any moment.
final class ImportProgress: Sendable {
    private let state: Mutex<ImportSummary?>

    init() { state = Mutex(nil) }

    /// What is done so far; nil before the layout is recognised.
    var summary: ImportSummary? { state.withLock { $0 } }

    /// Tells how far the import got, keeps the report, and lets nobody note anything after it: the process ends.
    func endInterrupted(keeping file: ReportFile?) {
        state.withLock { summary in
            let hand = summary?.inHand.map { "; case \($0) was being recorded" } ?? ""
            let failure = CommandFailure(
                .interrupted, "interrupted" + (summary.map { "; " + $0.howFar } ?? "") + hand,
                remedy: "run the same command again to go on")
            do {
                try file?.write(summary, failure)
            } catch {
                Output.write(CommandFailure(error).message(from: .lacuna), to: 2)
            }
            Output.write("\n" + failure.message(from: .lacuna), to: 2)
            Interruption.end()
        }
    }

    func begin(_ summary: ImportSummary) { state.withLock { $0 = summary } }

    /// Changes the summary in its place.
    /// - Precondition: it has begun.
    func update<T: Sendable>(_ body: (inout ImportSummary) -> T) -> T {
        state.withLock { summary in
            guard summary != nil else { preconditionFailure("an import begins before it goes on") }
            return body(&summary!)
        }
    }
}

/// A case of a dataset, with its image or without.
enum ImportItem: Sendable {
    case whole(CaseFiles)
    case waiting(WaitingCase)

    var name: String {
        switch self {
        case .whole(let files): files.name
        case .waiting(let item): item.name
        }
    }

    /// All cases of a list, by name.
    static func all(of list: CaseList) -> [ImportItem] {
        (list.cases.map(Self.whole) + list.waiting.map(Self.waiting)).sorted { $0.name < $1.name }
    }
}
