import FoundationEssentials
import TestSupport

/// `ORACLE.json`: what nibabel finds in the real files.
struct Oracle: Decodable {
    struct File: Decodable {
        struct Label: Decodable {
            let voxels: Int
            let ml: Double
            let centroid_world: [Double]
        }

        let bytes: Int
        let sha256: String
        let axcodes: String
        /// Absent for images.
        let labels: [String: Label]?
    }

    let files: [String: File]

    /// What is known of a file: the committed oracle has it, or else that of the larger set.
    static func file(_ name: String) throws -> File {
        for folder in [RealData.committed, RealData.shared] {
            if let file = try read(folder).files[name] { return file }
        }
        throw CocoaError(.fileNoSuchFile)
    }

    private static func read(_ folder: String) throws -> Oracle {
        try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: URL(filePath: folder + "/ORACLE.json")))
    }
}
