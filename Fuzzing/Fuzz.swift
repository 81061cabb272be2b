import Glibc

/// The two functions that libFuzzer's `main` calls (`fuzzer/FuzzerInterface.h`).
///
/// `fuzz targets`, `fuzz seeds FOLDER` or `fuzz TARGET [LIBFUZZER-ARGUMENT…]`.
enum Fuzz {
    typealias Arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    /// The reader under test. Global because libFuzzer's call has no context argument; it calls on one thread.
    nonisolated(unsafe) fileprivate static var harness: Harness?

    fileprivate static func start(_ words: [String]) throws {
        switch words.dropFirst().first {
        case "targets":
            FuzzTarget.allCases.forEach { print($0.rawValue) }
            exit(0)
        case "seeds" where words.count == 3:
            try Seeds.write(to: words[2])
            exit(0)
        case let name?:
            guard let target = FuzzTarget(rawValue: name) else { exit(2) }
            harness = try Harness(target)
        case nil: exit(2)
        }
    }
}

/// Takes the target's name out of the arguments.
@_cdecl("LLVMFuzzerInitialize")
func initializeFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<Fuzz.Arguments>
) -> CInt {
    do {
        try Fuzz.start((0..<Int(count.pointee)).compactMap { arguments.pointee[$0].map { String(cString: $0) } })
    } catch {
        print(error)
        exit(1)
    }
    arguments.pointee[1] = arguments.pointee[0]
    arguments.pointee += 1
    count.pointee -= 1
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func runInput(_ bytes: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    Fuzz.harness?.run(UnsafeRawBufferPointer(start: bytes, count: size))
    return 0
}
