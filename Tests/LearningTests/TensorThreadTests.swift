import Glibc
import Tensors
import Testing

@Suite struct TensorThreadTests {
    @Test func allWorkRunsOnOneThreadOfItsOwn() async throws {
        let thread = TensorThread(threads: 1)
        let first = try await thread.run { pthread_self() }
        let second = try await thread.run { pthread_self() }
        let other = try await TensorThread(threads: 1).run { pthread_self() }
        #expect(first == second && first != other)
        #expect(try await thread.run { Torch.threads } == 1)
    }

    @Test func theStackHasSixteenMebibytes() async throws {
        // The Glibc module does not declare GNU's pthread_getattr_np.
        typealias GetAttributes = @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32
        let size = try await TensorThread().run { () -> Int in
            let symbol = try #require(dlsym(nil, "pthread_getattr_np"))
            var (attributes, size) = (pthread_attr_t(), 0)
            #expect(unsafeBitCast(symbol, to: GetAttributes.self)(pthread_self(), &attributes) == 0)
            pthread_attr_getstacksize(&attributes, &size)
            pthread_attr_destroy(&attributes)
            return size
        }
        #expect(size == 16 << 20)
    }

    @Test func workRunsInTheOrderOfItsCalls() async throws {
        let thread = TensorThread()
        var results: [Int] = []
        for number in 0..<20 { results.append(try await thread.run { number }) }
        #expect(results == Array(0..<20))
    }

    /// libtorch's own allocator refuses a petabyte.
    @Test func anAllocationThatFailsIsNamedAsMemory() async throws {
        let error = await #expect(throws: TensorError.self) {
            try await TensorThread(threads: 1).run { _ = try Tensor.zeros([1 << 20, 1 << 28]) }
        }
        let isNamed = if case .outOfMemory? = error { true } else { false }
        #expect(isNamed, "\(String(describing: error))")
    }

    @Test func anotherRefusalIsNotNamedAsMemory() async throws {
        let error = await #expect(throws: TensorError.self) {
            try await TensorThread(threads: 1).run { _ = try Tensor.zeros([2]) + Tensor.zeros([3]) }
        }
        let isNamed = if case .refused? = error { true } else { false }
        #expect(isNamed, "\(String(describing: error))")
    }
}
