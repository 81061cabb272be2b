internal import Glibc
internal import System

/// The paths of an embedded cluster.
///
/// `folder` belongs to the caller and contains what the server may only read (access rules); `server` belongs to the server's user
/// and contains data, log and socket.
struct ClusterPaths: Hashable {
    let home: String
    let folder: String
    let socketFolder: String
    /// The folder of this home's cluster for callers of the other kind: for root where the caller is not root, and vice versa.
    private let otherFolder: String

    /// `sockaddr_un` has room for 107 bytes, and the server adds `/.s.PGSQL.5432`.
    private static let longestSocketFolder = 107 - 14

    init(home: String, options: ClusterOptions) throws(ClusterError) {
        self.home = try FileSystem.resolve(home)
        let hash = Self.hash(self.home)
        let isRoot = geteuid() == 0
        let (ofRoot, ofUser) = ("\(options.rootFolder)/\(hash)", "\(self.home)/cluster")
        (folder, otherFolder) = isRoot ? (ofRoot, ofUser) : (ofUser, ofRoot)
        let near = "\(folder)/server/socket"
        socketFolder = near.utf8.count <= Self.longestSocketFolder ? near : "/tmp/lacuna-\(geteuid())-\(hash)"
        guard socketFolder.utf8.count <= Self.longestSocketFolder else { throw .socketPathTooLong(path: socketFolder) }
    }

    var server: String { "\(folder)/server" }
    var data: String { "\(server)/data" }
    var unfinishedData: String { "\(server)/data.unfinished" }
    var log: String { "\(server)/server.log" }
    var lock: String { "\(folder)/lock" }
    var homeRecord: String { "\(folder)/home" }
    var accessRules: String { "\(folder)/pg_hba.conf" }
    var userMap: String { "\(folder)/pg_ident.conf" }
    var firstStatements: String { "\(folder)/first.sql" }

    /// The folder and the owner's name of another user's cluster of this home, where the caller has none.
    func clusterOfAnotherUser() -> (folder: String, owner: String)? {
        if FilePath.exists(homeRecord) { return nil }
        if FilePath.exists("\(otherFolder)/home"), let owner = FileSystem.owner(of: otherFolder) {
            return (otherFolder, ServerUser.name(of: owner))
        }
        guard let owner = FileSystem.owner(of: folder), owner != geteuid() else { return nil }
        return (folder, ServerUser.name(of: owner))
    }

    /// FNV-1a of the path, 16 hexadecimal digits. `homeRecord` distinguishes two homes with the same hash.
    private static func hash(_ path: String) -> String {
        let value = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
