import Domain
import Foundation
import Imaging
import Phantoms
import TestSupport
import Testing

/// `--chart` of the commands that need no run.
@Suite struct ChartTests {
    private func isPNG(_ path: String, width: Int, height: Int) throws -> Bool {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let picture = try bytes.withUnsafeBytes { try PNGReader.decode($0, file: path) }
        return picture.width == width && picture.height == height
    }

    private func prepared(_ bench: Workbench) async throws -> String {
        let path = try PhantomData.write(
            .totalSegmentator(classes: ["liver", "spleen", "prostate"], missingShare: 0.5), "partial",
            scans: 1...4, in: bench)
        #expect(try await bench.lacuna("dataset", "import", path).status == 0)
        return path
    }

    @Test func coverageIsDrawnBesideItsTable() async throws {
        try await Workbench.with { bench in
            _ = try await prepared(bench)
            let (png, svg) = (bench.folder + "/coverage.png", bench.folder + "/coverage.svg")
            let ending = try await bench.lacuna("coverage", "--chart", png)
            #expect(ending.status == 0 && ending.output.hasPrefix("organ"), "\(ending.errors)")
            #expect(ending.errors.contains("Wrote \(png)."))
            #expect(try isPNG(png, width: 800, height: 500))
            let one = try await bench.lacuna("coverage", "--organ", "liver", "--chart", svg, "--json")
            #expect(one.status == 0, "\(one.errors)")
            #expect(try one.rows().count == 1)
            #expect(try String(contentsOfFile: svg, encoding: .utf8).hasPrefix("<?xml"))
            let earlier = try await bench.lacuna("coverage", "--as-of", "3", "--chart", svg, "--force")
            #expect(earlier.status == 0, "\(earlier.errors)")
        }
    }

    /// A library of another kind and one without its functions are as good as none.
    @Test(arguments: ["", "libm.so.6"])
    func withoutCairoNoChartIsWritten(instead library: String) async throws {
        try await Workbench.with { bench in
            _ = try await prepared(bench)
            let (folder, chart) = ("\(bench.folder)/libraries", "\(bench.folder)/chart.png")
            let ending = try await bench.shell(
                """
                mkdir \(folder); name=\(folder)/libcairo.so.2
                if [ -n '\(library)' ]; then ln -s "$(ls /usr/lib*/\(library) /usr/lib/*/\(library) | head -n 1)" $name; else : >$name; fi
                LD_LIBRARY_PATH=\(folder) lacuna coverage --chart \(chart)
                """)
            #expect(ending.status == 7, "\(ending.errors)")
            #expect(ending.errors.contains("the library libcairo.so.2 cannot be loaded"), "\(ending.errors)")
            #expect(ending.errors.contains("remedy: install it: apt-get install libcairo2"), "\(ending.errors)")
            #expect(!FileManager.default.fileExists(atPath: chart))
        }
    }

    @Test func nothingIsHalfWritten() async throws {
        try await Workbench.with { bench in
            let file = bench.folder + "/chart.png"
            let empty = try await bench.lacuna("coverage", "--chart", file)
            #expect(empty.status == 3 && empty.errors.contains("there is nothing to draw"), "\(empty.errors)")
            let path = try await prepared(bench)
            for (arguments, status, text) in [
                (["coverage", "--chart", bench.folder + "/chart.jpg"], 2, ".png or .svg"),
                (["coverage", "--chart", file, "--by", "split"], 2, "--chart requires --by organ"),
                (["coverage", "--force"], 2, "--force requires --chart"),
                (["coverage", "--chart", bench.folder + "/nowhere/chart.png"], 3, "nowhere"),
                (["coverage", "--chart", path + "/chart.png"], 3, "imported folders are never changed"),
                (["coverage", "--chart", file, "--organ", "heart"], 3, "no volume has a label of these organs"),
                (["coverage", "--chart", file, "--as-of", "9999"], 3, "9999"),
                (["round", "confidence", "--chart", file], 2, "--chart requires the name of a run"),
                (["round", "dice", "x", "--chart", file], 3, "no run is named x"),
                (["round", "reliability", "x", "--chart", file], 3, "no run is named x"),
                (["round", "precision", "x", "--chart", file], 3, "no run is named x"),
            ] as [([String], Int32, String)] {
                let ending = try await bench.start(arguments).end()
                #expect(ending.status == status && ending.errors.contains(text), "\(arguments): \(ending.errors)")
                #expect(ending.output.isEmpty || status == 2, "\(arguments)")
            }
            #expect(!FileManager.default.fileExists(atPath: file))
            try "old".write(toFile: file, atomically: true, encoding: .utf8)
            let kept = try await bench.lacuna("coverage", "--chart", file)
            #expect(kept.status == 5 && kept.errors.contains("add --force"), "\(kept.errors)")
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "old")
            let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder).filter { $0.contains("chart") }
            #expect(left == ["chart.png"])
        }
    }
}
