/// An import that ended before every case was recorded. What is recorded stays; the same import continues it.
package struct InterruptedImport: Error {
    package let cause: any Error
    /// Cases in the catalogue, of this import or an earlier one.
    package let present: Int
    /// Cases of the dataset.
    package let total: Int
}
