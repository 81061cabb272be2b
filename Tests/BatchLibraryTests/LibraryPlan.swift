import BatchLibrary

/// What a function of the library returned and wrote.
struct LibraryFailure: Error, Equatable {
    let status: Int32
    let message: String

    /// Calls a function with memory for a message.
    ///
    /// - Throws: `LibraryFailure` for a status other than 0.
    static func check(capacity: Int = 1024, _ call: (UnsafeMutablePointer<CChar>, Int64) -> Int32) throws {
        var text = [CChar](repeating: 1, count: capacity)
        let status = text.withUnsafeMutableBufferPointer { call($0.baseAddress!, Int64(capacity)) }
        guard status != 0 else { return }
        throw LibraryFailure(
            status: status,
            message: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}

/// A description of batches, which is freed with the object.
final class LibraryPlan {
    private let handle: UnsafeMutableRawPointer

    /// - Parameter count: what the function is told; nil: the number of organs.
    init(organs: [String], count: Int64? = nil) throws {
        let names = organs.map { name in
            name.withCString { text in
                let copy = UnsafeMutablePointer<CChar>.allocate(capacity: name.utf8.count + 1)
                copy.initialize(from: text, count: name.utf8.count + 1)
                return copy
            }
        }
        defer { names.forEach { $0.deallocate() } }
        var plan: UnsafeMutableRawPointer?
        try LibraryFailure.check {
            makePlan(names.map { UnsafePointer($0) }, count ?? Int64(organs.count), &plan, $0, $1)
        }
        handle = plan!
    }

    deinit { freePlan(handle) }

    func set(_ key: String, _ value: String, capacity: Int = 1024) throws {
        try LibraryFailure.check(capacity: capacity) { setValue(handle, key, value, $0, $1) }
    }

    /// - Parameter count: what the function is told; nil: the number of parts.
    func add(compositeOf parts: [Int64], count: Int64? = nil) throws {
        try LibraryFailure.check { addComposite(handle, parts, count ?? Int64(parts.count), $0, $1) }
    }

    func add(_ number: Int64, image: String, labels: String) throws {
        try LibraryFailure.check { addVolume(handle, number, image, labels, [-160, 240, 40, 100, -160], $0, $1) }
    }

    func open(rank: Int64 = 0, ranks: Int64 = 1) throws -> LibraryBatches {
        var batches: UnsafeMutableRawPointer?
        try LibraryFailure.check { openBatches(handle, rank, ranks, &batches, $0, $1) }
        return LibraryBatches(batches!)
    }
}

/// Open batches, which are freed with the object.
final class LibraryBatches {
    let handle: UnsafeMutableRawPointer

    init(_ handle: UnsafeMutableRawPointer) { self.handle = handle }

    deinit { freeBatches(handle) }
}
