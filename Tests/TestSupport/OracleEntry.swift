internal import Foundation

/// What nibabel finds in a real file, from `ORACLE.json`; boxes and shapes in stored order.
public struct OracleEntry: Decodable, Sendable {
    public struct Region: Decodable, Sendable {
        public let voxels: Int
        public let ml: Double
        public let bbox_lo: [Int]
        public let bbox_hi_incl: [Int]
        public let centroid_world: [Double]
    }

    public let bytes: Int
    public let sha256: String
    public let dim: [Int]
    public let datatype: Int
    public let vox_offset: Double?
    public let qform_code: Int
    public let sform_code: Int
    public let affine: [[Double]]
    public let axcodes: String
    public let n_ext: Int
    public let stored_min: Double?
    public let stored_max: Double?
    /// By value; nil for images.
    public let labels: [String: Region]?

    private struct Oracle: Decodable { let files: [String: OracleEntry] }

    /// The entries of a folder's `ORACLE.json`, by file.
    public static func all(in folder: String) throws -> [String: OracleEntry] {
        let content = try Data(contentsOf: URL(filePath: "\(folder)/ORACLE.json"))
        return try JSONDecoder().decode(Oracle.self, from: content).files
    }

    /// The entry of a file: the committed oracle has it, or else that of the larger set.
    public static func of(_ name: String) throws -> OracleEntry {
        for folder in [RealData.committed, RealData.shared] {
            if let entry = try all(in: folder)[name] { return entry }
        }
        throw CocoaError(.fileNoSuchFile)
    }
}
