internal import Glibc

/// The processor cores that this process may use, which may be fewer than the machine has.
package enum UsableCores {
    /// At least 1.
    package static let count = max(1, allowed() ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))

    /// The number of bits set in `Cpus_allowed`, the kernel's affinity mask of a process (proc(5)); nil where it cannot be read.
    private static func allowed() -> Int? {
        guard let file = fopen("/proc/self/status", "r") else { return nil }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 1 << 13)
        let length = fread(&text, 1, text.count, file)
        let lines = String(decoding: text[..<length], as: UTF8.self).split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("Cpus_allowed:") }) else { return nil }
        return line.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    }
}
