internal import Glibc

/// Processes of this machine, from `/proc`.
public enum ProcessSearch {
    /// The first process whose command line contains all texts and whose working folder, where one is given, is `folder`.
    public static func first(commandLine texts: String..., in folder: String? = nil) -> Int32? {
        guard let entries = opendir("/proc") else { return nil }
        defer { closedir(entries) }
        while let entry = readdir(entries) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let process = Int32(name), process != getpid() else { continue }
            let line = commandLine(of: process)
            guard texts.allSatisfy({ line.contains($0) }) else { continue }
            if let folder, workingFolder(of: process) != folder { continue }
            return process
        }
        return nil
    }

    /// A program that stops (SIGSTOP) the first process of a name whose command line matches, prints its id and ends.
    ///
    /// It is a process of its own, because tests that wait for their turn would miss one that ends within a second.
    /// - Parameters:
    ///   - name: as in `/proc/PROCESS/comm`.
    ///   - pattern: an extended regular expression of `grep`.
    ///   - folder: the working folder of the process, where it matters.
    public static func stopFirst(named name: String, commandLine pattern: String, in folder: String = "") throws
        -> RunningProgram
    {
        let script = """
            while :; do
                for file in $(grep -lsaE -e "$PATTERN" /proc/[0-9]*/cmdline); do
                    place=${file%/cmdline}
                    [ "$(cat "$place/comm")" = "$NAME" ] || continue
                    [ -z "$FOLDER" ] || [ "$(readlink "$place/cwd")" = "$FOLDER" ] || continue
                    kill -STOP "${place#/proc/}" && echo "${place#/proc/}" && exit
                done
            done 2>/dev/null
            """
        return try RunningProgram(
            "/bin/bash", ["-c", script], environment: ["NAME": name, "PATTERN": pattern, "FOLDER": folder])
    }

    private static func commandLine(of process: Int32) -> String {
        guard let file = fopen("/proc/\(process)/cmdline", "r") else { return "" }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count).map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
    }

    private static func workingFolder(of process: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/\(process)/cwd", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
