internal import CCairo
internal import Glibc

/// The functions of Cairo. The library is opened with the first picture, so that programs that link this module start without it.
final class Cairo {
    private static let library = "libcairo.so.2"

    let functions: ccairo_functions

    /// - Throws: `libraryMissing`.
    init() throws(DrawingError) {
        var functions = ccairo_functions()
        guard let handle = dlopen(Self.library, RTLD_NOW | RTLD_LOCAL), ccairo_load(&functions, handle) else {
            throw .libraryMissing(name: Self.library, package: "libcairo2")
        }
        self.functions = functions
    }

    /// - Throws: `failed` unless the status is success.
    func check(_ status: cairo_status_t) throws(DrawingError) {
        guard status != CAIRO_STATUS_SUCCESS else { return }
        throw .failed(
            functions.status_to_string(status).map { String(cString: $0) } ?? "Cairo status \(status.rawValue)")
    }
}
