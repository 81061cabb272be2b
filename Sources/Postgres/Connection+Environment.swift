internal import CLibPQ

extension Connection {
    /// Variables of libpq with which another program connects to the same server, database and role; they contain the password.
    ///
    /// A command line, which every user of the machine can read, is no place for them.
    public var environment: [String: String] {
        get throws(PostgresError) {
            let handle = try requireHandle()
            guard let options = PQconninfo(handle) else {
                throw .client(statement: "environment", message: "no memory")
            }
            defer { PQconninfoFree(options) }
            var variables: [String: String] = [:]
            var option = options
            while option.pointee.keyword != nil {
                if let name = option.pointee.envvar, let value = option.pointee.val {
                    variables[String(cString: name)] = String(cString: value)
                }
                option += 1
            }
            // The one of several hosts that answered, and the password that a password file has for it.
            for (name, value) in [
                ("PGHOST", PQhost(handle)), ("PGPORT", PQport(handle)), ("PGPASSWORD", PQpass(handle)),
            ] {
                if let value, value.pointee != 0 { variables[name] = String(cString: value) }
            }
            if variables["PGHOSTADDR"] != nil, let address = PQhostaddr(handle), address.pointee != 0 {
                variables["PGHOSTADDR"] = String(cString: address)
            }
            // What a service file says is in the other variables already.
            variables["PGSERVICE"] = nil
            return variables.filter { !$0.value.isEmpty }
        }
    }
}
