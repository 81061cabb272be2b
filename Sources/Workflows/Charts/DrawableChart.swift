package import Drawing

/// A chart of any kind.
package protocol DrawableChart: Sendable {
    /// The bytes of a picture file.
    func encode(as format: Picture.Format) throws -> [UInt8]
}

extension Chart: DrawableChart {}
extension BarChart: DrawableChart {}
