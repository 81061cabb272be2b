internal import CLibPQ

extension ServerError {
    /// The error fields of a result; nil when it has no SQLSTATE.
    init?(_ result: OpaquePointer, statement: String) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        guard let state = field("C") else { return nil }
        self.init(sqlState: state, message: field("M") ?? "", statement: statement)
        detail = field("D")
        hint = field("H")
        schema = field("s")
        table = field("t")
        column = field("c")
        constraint = field("n")
    }
}
