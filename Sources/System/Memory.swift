internal import Glibc

/// The memory of the machine.
public enum Memory {
    /// Bytes that a process can take without swapping, as Linux estimates it; nil where it does not say.
    public static var available: Int? {
        guard let stream = fopen("/proc/meminfo", "r") else { return nil }
        defer { fclose(stream) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), stream) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
                separator: " ")
            if words.first == "MemAvailable:", words.count > 1, let kibibytes = Int(words[1]) {
                return kibibytes * 1024
            }
        }
        return nil
    }
}
