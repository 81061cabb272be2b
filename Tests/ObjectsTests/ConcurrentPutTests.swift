import Domain
import Glibc
@testable import Objects
import Testing

private let catalogue = "6f1c2a34-0000-4000-8000-00000000000a"

@Suite struct ConcurrentPutTests {
    /// Eight threads, each with a store of its own as a process would have, create the store and put the same objects.
    @Test func manyWritersOfTheSameObjectsAgree() throws {
        try withScratchFolder { folder in
            let root = "\(folder)/objects"
            let failures = runInThreads(8) { try putTwenty(in: root) }
            #expect(failures == 0)
            let store = try ObjectFolder.open(root, catalogue: catalogue, create: false)
            var listed = 0
            try store.forEach { id in
                listed += 1
                let condition = try store.verify(id)
                #expect(condition == .intact)
            }
            #expect(listed == 20)
            #expect(files(under: "\(root)/temporary").isEmpty)
        }
    }
}

private func putTwenty(in root: String) throws {
    let store = try ObjectFolder.open(root, catalogue: catalogue)
    for number in 0..<20 { _ = try store.put([UInt8](repeating: UInt8(number), count: 3_000)) }
}

private final class Job: Sendable {
    let body: @Sendable () throws -> Void
    init(_ body: @escaping @Sendable () throws -> Void) { self.body = body }
}

/// Runs `body` in `count` threads at once and returns how many of them threw.
private func runInThreads(_ count: Int, _ body: @escaping @Sendable () throws -> Void) -> Int {
    let threads = (0..<count).map { _ in
        var thread = pthread_t()
        let job = Unmanaged.passRetained(Job(body)).toOpaque()
        let started = pthread_create(
            &thread, nil,
            { argument in
                let job = Unmanaged<Job>.fromOpaque(argument!).takeRetainedValue()
                do {
                    try job.body()
                    return nil
                } catch {
                    print("a writer failed: \(error)")
                    return UnsafeMutableRawPointer(bitPattern: 1)
                }
            }, job)
        precondition(started == 0, "a thread can be started")
        return thread
    }
    return threads.count { thread in
        var result: UnsafeMutableRawPointer?
        pthread_join(thread, &result)
        return result != nil
    }
}
