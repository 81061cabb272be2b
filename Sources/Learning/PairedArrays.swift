/// Arrays that a loop in C extends together.
enum PairedArrays {
    /// Appends what `write` writes.
    ///
    /// - Parameters:
    ///   - width: elements of `second` for each one of `first`.
    ///   - capacity: the most elements of `first` that are written.
    ///   - write: takes memory for them, and returns how many of `first` it wrote.
    static func append<First, Second>(
        to first: inout [First], _ second: inout [Second], width: Int = 1, capacity: Int,
        _ write: (UnsafeMutablePointer<First>, UnsafeMutablePointer<Second>) -> Int64
    ) {
        second.append(addingCapacity: capacity * width) { second in
            second.withUnsafeMutableBufferPointer { second, secondCount in
                first.append(addingCapacity: capacity) { first in
                    first.withUnsafeMutableBufferPointer { first, firstCount in
                        firstCount = Int(write(first.baseAddress!, second.baseAddress!))
                        secondCount = firstCount * width
                    }
                }
            }
        }
    }
}
