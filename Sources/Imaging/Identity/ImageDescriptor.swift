internal import Domain

/// A descriptor of an image's content, similar for cropped, resampled, re-windowed and mirrored copies of one scan.
///
/// Three windows along z, each a vector of 512 components: the whole scan, its lower and its upper 180 mm. A component
/// is the logarithm of the power at one spatial frequency (wavelengths of 37 to 73 mm), averaged over mirror images,
/// less the part that varies smoothly over frequencies (size, blur, slice thickness). Power is independent of position,
/// so cropped margins have little effect; a window at one end is independent of what is cut off at the other.
public struct ImageDescriptor: Sendable, Hashable {
    /// Descriptors of different versions must not be compared.
    public static let version = 1
    public static let windows = 3
    /// Components per window.
    public static let components = FrequencySet.standard.count
    /// Bytes of an image descriptor.
    public static let size = windows * components

    /// The windows one after another, each scaled to ±127 at its largest component; only its direction is significant.
    public let values: [Int8]

    /// Smallest extent in millimetres along x, y and z; smaller images contain too few wavelengths to be distinguished.
    static let smallest = Vector3(120.0, 120.0, 60.0)

    /// - Precondition: one value per component of every window.
    public init(values: [Int8]) {
        precondition(values.count == Self.size, "an image descriptor of this version")
        self.values = values
    }

    /// The factor by which the distance of each window's cosine from 1 is multiplied: the windows at the ends cover
    /// less of the patient, so they must agree more closely.
    public static let strictness: [Float] = [1, 2, 2]

    /// The similarity of two volumes, 0 to 1, and the most similar window, which gives it.
    public func score(with other: ImageDescriptor) -> (score: Double, window: Int) {
        let scores = (0..<Self.windows).map { window in
            1 - Double(Self.strictness[window])
                * (1 - Self.cosine(values[Self.range(window)], other.values[Self.range(window)]))
        }
        let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        return (max(0, scores[best]), best)
    }

    private static func range(_ window: Int) -> Range<Int> { window * components..<(window + 1) * components }

    private static func cosine(_ a: ArraySlice<Int8>, _ b: ArraySlice<Int8>) -> Double {
        var (product, first, second) = (0, 0, 0)
        for (x, y) in zip(a, b) {
            product += Int(x) * Int(y)
            first += Int(x) * Int(x)
            second += Int(y) * Int(y)
        }
        guard first > 0, second > 0 else { return 0 }
        return Double(product) / (Double(first).squareRoot() * Double(second).squareRoot())
    }
}

extension ImageVolume {
    /// The image's descriptor; nil where the image is too small for one. Reads about one voxel in twenty.
    /// - Parameter isCT: whether values are Hounsfield units; they are clipped to −160 to 240 then.
    public func imageDescriptor(isCT: Bool) -> ImageDescriptor? {
        let extent = spacing * Vector3(Double(shape.x), Double(shape.y), Double(shape.z))
        guard (0..<3).allSatisfy({ extent[$0] >= ImageDescriptor.smallest[$0] }) else { return nil }
        var spectrum = WindowedSpectrum(height: extent.z)
        var slices = SliceSampler(self, scale: valueScale(isCT))
        for z in stride(from: 0, to: shape.z, by: max(1, Int(5 / spacing.z))) {
            slices.read(z)
            spectrum.add(slices, at: Double(z) * spacing.z, centre: (Double(z) + 0.5) * spacing.z)
        }
        return ImageDescriptor(values: (0..<ImageDescriptor.windows).flatMap { spectrum.descriptor(of: $0) })
    }

    /// The values that are mapped to 0 and 1: −160 and 240 HU for a CT, limited to its range; else the 1st and the 99th
    /// percentile if there is a histogram, or the range.
    private func valueScale(_ isCT: Bool) -> ClosedRange<Float> {
        let (least, most) = (statistics.minimum, statistics.maximum)
        if isCT {
            let (low, high) = (max(-160, least), min(240, most))
            return low < high ? Float(low)...Float(high) : Float(least)...Float(most)
        }
        guard let histogram = statistics.histogram else { return Float(least)...Float(most) }
        let hundredth = shape.count / 100
        var (low, high, below, above) = (Int(least) + 32768, Int(most) + 32768, 0, 0)
        while low < high, below + histogram[low] <= hundredth { (below, low) = (below + histogram[low], low + 1) }
        while high > low, above + histogram[high] <= hundredth { (above, high) = (above + histogram[high], high - 1) }
        return low < high ? Float(low - 32768)...Float(high - 32768) : Float(least)...Float(most)
    }
}
