internal import Glibc

/// Products of dense matrices with OpenBLAS, which is loaded on first use: linking it would start its threads with
/// every command.
public struct DenseProduct: Sendable {
    /// `cblas_sgemm` of the CBLAS interface with 32-bit integers.
    private typealias Sgemm =
        @convention(c) (
            Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>, Int32, UnsafePointer<Float>, Int32,
            Float,
            UnsafeMutablePointer<Float>, Int32
        ) -> Void

    private static let library = "libopenblas.so.0"
    /// CBLAS constants: row-major order, not transposed, transposed.
    private static let rowMajor: Int32 = 101
    private static let plain: Int32 = 111
    private static let transposed: Int32 = 112

    private let sgemm: Sgemm

    /// Loads the library.
    /// - Throws: `libraryMissing`.
    public init() throws(NumericsError) {
        guard let handle = dlopen(Self.library, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(handle, "cblas_sgemm") else {
            throw .libraryMissing(name: Self.library, package: "libopenblas0")
        }
        sgemm = unsafeBitCast(symbol, to: Sgemm.self)
    }

    /// `result` (m × n) = `first` (m × k) times the transpose of `second` (n × k); all row-major.
    public func multiply(
        _ first: UnsafePointer<Float>, rows m: Int, _ second: UnsafePointer<Float>, rows n: Int, columns k: Int,
        into result: UnsafeMutablePointer<Float>
    ) {
        sgemm(
            Self.rowMajor, Self.plain, Self.transposed, Int32(m), Int32(n), Int32(k), 1, first, Int32(k), second,
            Int32(k), 0,
            result, Int32(n))
    }
}

/// An error of a computation.
public enum NumericsError: Error, Hashable, Sendable {
    /// A library that is loaded on demand is not installed.
    case libraryMissing(name: String, package: String)
}
