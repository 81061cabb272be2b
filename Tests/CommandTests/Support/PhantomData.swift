import Domain
import Imaging
import Phantoms

/// Small phantoms in public layouts.
enum PhantomData {
    static let grid = PhantomGrid(shape: GridShape(48, 44, 24), spacing: Vector3(8, 8, 10))

    static func scans(_ numbers: ClosedRange<Int>) -> [PhantomScan] {
        numbers.map { PhantomScan(number: $0, grid: grid) }
    }

    /// Writes a dataset into the folder of the workbench and returns its path.
    static func write(
        _ layout: PhantomLayout, _ name: String, scans numbers: ClosedRange<Int>, in bench: Workbench,
        orientation: String = "LPS"
    ) throws -> String {
        var dataset = PhantomDataset(name: name, layout: layout, scans: scans(numbers))
        dataset.orientation = Orientation(orientation) ?? .ras
        try PhantomGenerator.generate(PhantomPlan(seed: 7, datasets: [dataset]), into: bench.folder + "/data")
        return "\(bench.folder)/data/\(name)"
    }
}
