import FoundationEssentials

/// `ORACLE.json` of the shared data: values that another program computed from the same files.
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

    /// The folder of the shared data beside the package; nil where it is absent, which is then reported.
    static func folder(_ check: String = #function) -> String? {
        let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let folder = "/\(package)/../shared/data"
        if FileManager.default.fileExists(atPath: folder + "/ORACLE.json") { return folder }
        print("left out: \(check) needs ../shared/data, which is absent")
        return nil
    }

    static func read(_ folder: String) throws -> Oracle {
        try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: URL(filePath: folder + "/ORACLE.json")))
    }
}
