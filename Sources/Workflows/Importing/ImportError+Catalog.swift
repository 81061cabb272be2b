internal import Catalog
internal import Domain
internal import Importers

extension ImportError {
    /// An error of the catalogue that concerns one case and not the others; nil for any other.
    init?(_ error: CatalogError, of item: InspectedCase, in release: String) {
        let file = item.image.file.file.path
        switch error {
        case .purgedSubject(let subject, let reason, let revision):
            self = .purgedSubject(file: file, subject: subject, reason: reason, revision: revision.number)
        case .exchangedScan(let scan):
            self = .exchangedImage(
                file: file,
                ExchangedImage(
                    caseName: scan.caseName, volume: scan.volume, shown: scan.shown, shownAs: scan.shownAs,
                    release: release))
        default: return nil
        }
    }
}
