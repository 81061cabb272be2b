internal import Glibc
internal import Synchronization

/// What this process leaves behind when it is interrupted: files and folders under a temporary name, which are removed, and process groups
/// that it started, which are killed.
public enum Unfinished {
    private static let paths = Mutex<Set<String>>([])

    public static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

    /// Forgets a path that was finished or removed.
    public static func forget(_ path: String) { paths.withLock { _ = $0.remove(path) } }

    private static let groups = Mutex<Set<Int32>>([])

    /// - Parameter processGroup: its number, above 1.
    public static func add(processGroup: Int32) { groups.withLock { _ = $0.insert(processGroup) } }

    /// Forgets a process group that has ended.
    public static func forget(processGroup: Int32) { groups.withLock { _ = $0.remove(processGroup) } }

    private static let isEnding = Atomic(false)

    /// Whether `removeAll` was called: nothing new should be begun.
    public static var isBeingRemoved: Bool { isEnding.load(ordering: .relaxed) }

    /// Removes all of them, although other threads may still write. Called when the process ends. Blocks.
    public static func removeAll() {
        isEnding.store(true, ordering: .relaxed)
        for group in groups.withLock({ $0 }) where group > 1 { kill(-group, SIGKILL) }
        for path in paths.withLock({ $0 }) {
            // A file that another thread creates meanwhile makes the removal of its folder fail.
            for _ in 0..<attempts {
                if (try? Folder.remove(path)) != nil { break }
            }
        }
    }

    private static let attempts = 100
}
