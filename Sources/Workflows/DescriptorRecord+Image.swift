package import Catalog
package import Imaging

extension DescriptorRecord {
    /// - Parameter descriptor: nil where the volume is too small for one, which is recorded as an empty descriptor.
    package init(_ descriptor: ImageDescriptor?) {
        self.init(
            version: ImageDescriptor.version, descriptor: descriptor?.values.map { UInt8(bitPattern: $0) } ?? [])
    }
}
