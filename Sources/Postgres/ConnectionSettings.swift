/// Server, database and user of a connection. Missing values come from libpq: `PG*` variables, `~/.pgpass`, `PGSERVICE`, defaults.
public struct ConnectionSettings: Sendable, CustomStringConvertible {
    /// A `postgresql://` URI, a `keyword=value` string or a database's name; nil for libpq's defaults.
    public var target: String?
    /// libpq keywords that take precedence over `target`, such as `host`, `port`, `dbname`, `user`.
    public var keywords: [String: String]
    /// Shown in `pg_stat_activity`, unless the target or libpq's variables name another; at most 63 bytes.
    public var applicationName: String
    /// How long a statement waits for a lock, in milliseconds, 0 for without end; nil for the server's setting.
    public var lockTimeout: LockTimeout?

    public init(
        target: String? = nil, keywords: [String: String] = [:], applicationName: String = "lacuna",
        lockTimeout: LockTimeout? = nil
    ) {
        self.target = target
        self.keywords = keywords
        self.applicationName = applicationName
        self.lockTimeout = lockTimeout
    }

    /// The same server and database as another user.
    public func with(user: String) -> ConnectionSettings { with("user", user) }

    /// The same server and user, another database.
    public func with(database: String) -> ConnectionSettings { with("dbname", database) }

    /// The same settings with one libpq keyword set.
    public func with(_ keyword: String, _ value: String) -> ConnectionSettings {
        var copy = self
        copy.keywords[keyword] = value
        return copy
    }

    /// A lost host is detected within a minute. First in the list, so that a target can override them.
    private static let keepalives: [(keyword: String, value: String)] = [
        ("keepalives", "1"), ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
        ("tcp_user_timeout", "60000"),
    ]

    /// The first statements of a session. Just-in-time compilation of a statement takes longer than running it.
    var preparation: String { "set jit = off;" + (lockTimeout?.statement ?? "") }

    /// Calls `body` with the keywords and values as C strings.
    func withParameters<T>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> T
    ) -> T {
        let pairs = parameters
        return withCStrings(pairs.map(\.keyword)) { keywords in
            withCStrings(pairs.map(\.value)) { values in body(keywords, values) }
        }
    }

    /// The keywords and values for `PQconnectdbParams` with `expand_dbname`: later ones win.
    var parameters: [(keyword: String, value: String)] {
        var list = Self.keepalives
        if let target { list.append(("dbname", target)) }
        list += keywords.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        list += [("fallback_application_name", applicationName), ("client_encoding", "UTF8")]
        return list
    }

    /// The keywords without passwords, and without the target, which may contain one.
    public var description: String {
        let shown = keywords.filter { $0.key != "password" && $0.key != "sslpassword" }
        return shown.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}

/// Passes a null-terminated array of C strings.
private func withCStrings<T>(_ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> T) -> T {
    let bytes = strings.map { Array($0.utf8CString) }
    let total = bytes.joined().count
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: max(1, total)) { buffer in
        var pointers: [UnsafePointer<CChar>?] = []
        var offset = 0
        for string in bytes {
            let start = buffer.baseAddress! + offset
            start.update(from: string, count: string.count)
            pointers.append(UnsafePointer(start))
            offset += string.count
        }
        return body(pointers + [nil])
    }
}
