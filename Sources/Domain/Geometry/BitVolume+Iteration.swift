extension BitVolume {
    /// Calls `body` with the index of every set voxel, ascending.
    @inlinable public func forEachSet(_ body: (Int) -> Void) {
        for (position, word) in words.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                body(position * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}
