internal import Synchronization

/// Files and folders of this process that are removed when it is interrupted: what is being written under a temporary name.
public enum Unfinished {
    private static let paths = Mutex<Set<String>>([])

    public static func add(_ path: String) { paths.withLock { _ = $0.insert(path) } }

    /// Forgets a path that was finished or removed.
    public static func forget(_ path: String) { paths.withLock { _ = $0.remove(path) } }

    /// Removes all of them, although other threads may still write. Called when the process ends. Blocks.
    public static func removeAll() {
        for path in paths.withLock({ $0 }) {
            // A file that another thread creates meanwhile makes the removal of its folder fail.
            for _ in 0..<attempts {
                if (try? Folder.remove(path)) != nil { break }
            }
        }
    }

    private static let attempts = 100
}
