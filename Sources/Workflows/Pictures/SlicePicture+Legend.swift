internal import Domain
internal import Drawing
internal import Imaging

extension SlicePicture {
    private static let textSize = 13.0

    /// `coronal 31`.
    static func name(of slice: VolumeSlice) -> String {
        switch slice.plane {
        case .axial: "axial \(slice.index)"
        case .coronal: "coronal \(slice.index)"
        case .sagittal: "sagittal \(slice.index)"
        }
    }

    /// The slices, the spacing and the window, below the image.
    func writeFacts(_ layout: Layout, _ canvas: Canvas) {
        let spacing = (0..<3).map { Self.short(image.spacing[$0]) }.joined(separator: " × ")
        let shape = "\(image.shape.x) × \(image.shape.y) × \(image.shape.z) voxels"
        let facts = [
            views.count > 1 ? shape : "slice \(slice.index) of 0 to \(image.shape.z - 1)", "\(spacing) mm",
            "window \(Self.short(window.width)), level \(Self.short(window.level))",
        ]
        for (line, fact) in facts.enumerated() {
            canvas.write(
                fact, x: layout.x(of: 0), baseline: layout.baseline(line + 1), size: Self.textSize, Self.faint)
        }
    }

    /// Colour, organ and, for a pseudo label, its confidence; faint where the organ is in no slice of the picture.
    func writeLegend(of column: Column, _ position: Int, _ layout: Layout, _ canvas: Canvas) {
        let (left, width) = (layout.x(of: position), layout.legendWidth)
        var line = 0
        func writeOnTheRight(_ text: String, size: Double, _ colour: Colour) {
            canvas.write(
                text, x: left + width - canvas.width(of: text, size: size), baseline: layout.baseline(line),
                size: size, colour)
        }
        if isMosaic {
            let title = canvas.shortened(column.title, to: width, size: 14)
            canvas.write(title, x: left, baseline: layout.baseline(line), size: 14)
            line += 1
        }
        if column.entries.contains(where: { $0.confidence != nil }) {
            writeOnTheRight("confidence", size: 11, Self.faint)
        }
        if column.entries.contains(where: { $0.doubtful != nil }) {
            canvas.write("pale: not accepted", x: left, baseline: layout.baseline(line), size: 11, Self.faint)
        }
        if column.entries.isEmpty {
            canvas.write("none", x: left, baseline: layout.baseline(line + 1), size: Self.textSize, Self.faint)
        }
        for entry in column.entries {
            line += 1
            let baseline = layout.baseline(line)
            let isShown = views.contains { !outline(of: entry.mask, in: $0.slice).isEmpty }
            let colour = isShown ? Colour.white : Self.faint
            canvas.fill(Rectangle(x: left, y: baseline - 11, width: 13, height: 13), colours[entry.organ] ?? .white)
            let name = canvas.shortened(entry.organ.rawValue, to: width - 70, size: Self.textSize)
            canvas.write(name, x: left + 20, baseline: baseline, size: Self.textSize, colour)
            if let confidence = entry.confidence {
                writeOnTheRight(Self.fixed(confidence), size: Self.textSize, colour)
            }
        }
    }

    /// Two decimals.
    private static func fixed(_ value: Double) -> String {
        let hundredths = Int((abs(value) * 100).rounded())
        return (value < 0 && hundredths > 0 ? "-" : "")
            + "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
    }

    /// At most two decimals, without trailing zeros.
    static func short(_ value: Double) -> String {
        var text = fixed(value)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
