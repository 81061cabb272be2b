internal import Catalog
internal import Domain
internal import System

/// The record of a purge for a person's files, as JSON and as text.
package struct PurgeCertificate: Sendable {
    package struct Files: Sendable, Hashable {
        package let json: String
        package let text: String

        init(base: String) { (json, text) = ("\(base).json", "\(base).txt") }
    }

    let result: Purge.Result

    init(_ result: Purge.Result) { self.result = result }

    /// Creates the folder of certificates and checks that files can be created in it, before anything is destroyed.
    ///
    /// - Throws: `WorkflowError` of kind `unreachable`.
    static func prepare(_ folder: String, _ access: FolderAccess) throws {
        do throws(SystemError) {
            try Folder.create(folder, access)
            _ = try TemporaryFile(in: folder, mode: access.fileMode)
        } catch {
            throw WorkflowError(
                .unreachable, "the certificate cannot be written: \(error.reason)", file: error.path,
                remedy: "name a folder that can be written with --certificate; nothing was destroyed")
        }
    }

    /// Writes both files under names that no other file has.
    func write(to folder: String, _ access: FolderAccess) throws(SystemError) -> Files {
        let name = "purge-activity-\(result.record?.activity.description ?? "0")"
        var (files, copy) = (Files(base: "\(folder)/\(name)"), 1)
        while try !place(files, in: folder, access) {
            copy += 1
            files = Files(base: "\(folder)/\(name)-\(copy)")
        }
        try? Folder.synchronise(folder)
        return files
    }

    /// False where another file has one of the names; then neither is written.
    private func place(_ files: Files, in folder: String, _ access: FolderAccess) throws(SystemError) -> Bool {
        guard try Self.place(json.rendered(), at: files.json, in: folder, access) else { return false }
        if try Self.place(text, at: files.text, in: folder, access) { return true }
        try Folder.remove(files.json)
        return false
    }

    private static func place(
        _ contents: String, at path: String, in folder: String, _ access: FolderAccess
    ) throws(SystemError) -> Bool {
        let draft = try TemporaryFile(in: folder, mode: access.fileMode)
        try draft.write(Array(contents.utf8))
        return try draft.placeIfVacant(at: path, mode: access.readOnlyFileMode)
    }

    // MARK: - JSON

    private typealias Member = JSONValue.Member

    var json: JSONValue {
        let record = result.record
        return .object([
            Member("certificate", .text("purge")), Member("version", .integer(1)),
            Member("catalogue", .text(result.catalogue)),
            Member("program", Self.text(record?.program)),
            Member("target", .text(result.target.noun)), Member("name", .text(result.target.name)),
            Member("time", Self.text(record?.time)),
            Member("activity", record.map { .integer(Int($0.activity.rawValue)) } ?? .null),
            Member("login", Self.text(record?.login)), Member("account", Self.text(record?.account)),
            Member("reason", Self.text(record?.reason)), Member("complete", .bool(result.isComplete)),
            Member("destroyed", .list(result.items.filter(\.isGone).map(Self.json))),
            Member("notDestroyed", .list(result.items.filter { !$0.isGone }.map(Self.json))),
            Member("images", .list(result.images.map(Self.json))),
            Member("holders", .list(result.holders.map(Self.json))),
            Member("remains", .list(result.remains.map { .text($0) })),
        ])
    }

    private static func text(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .null }

    private static func json(_ item: PurgeItem) -> JSONValue {
        .object([
            Member("what", .text(item.kind.rawValue)), Member("name", .text(item.name)),
            Member("sha256", text(item.checksum)), Member("bytes", .integer(item.bytes)),
            Member("file", text(item.location)), Member("effect", .text(item.explanation)),
        ])
    }

    private static func json(_ image: PurgeImage) -> JSONValue {
        .object([
            Member("identity", .text(image.identity.description)), Member("sha256", .text(image.digest.description)),
            Member("file", .text(image.file)),
        ])
    }

    private static func json(_ holder: RemovalItem) -> JSONValue {
        .object([
            Member("kind", .text(holder.kind)), Member("id", holder.id.map { .integer(Int($0)) } ?? .null),
            Member("label", .text(holder.label)), Member("count", .integer(holder.count)),
        ])
    }
}
