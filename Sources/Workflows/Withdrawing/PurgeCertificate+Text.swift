internal import Catalog
internal import Domain

extension PurgeCertificate {
    /// The certificate for people, in lines.
    var text: String {
        let record = result.record
        let (gone, kept) = (result.items.filter(\.isGone), result.items.filter { !$0.isGone })
        let head = [
            "Certificate of destruction", "",
            "\(result.target.noun):  \(result.target.name)", "catalogue:  \(result.catalogue)",
            "time:  \(record?.time ?? "-")", "login:  \(record?.login ?? "-")", "account:  \(record?.account ?? "-")",
            "reason:  \(record?.reason ?? "-")", "activity:  \(record?.activity.description ?? "-")",
            "program:  \(record?.program ?? "-")",
            "result:  " + (result.isComplete ? "complete" : "not complete, see Not destroyed"),
        ]
        let lines =
            head + Self.section("Destroyed", gone.map(Self.line)) + Self.section("Not destroyed", kept.map(Self.line))
            + Self.section("Images whose copies were destroyed", result.images.map { "identity \($0.identity)" })
            + Self.section(
                "Exports, checkpoints and labels that hold information from it", result.holders.map(Self.line))
            + Self.section("What remains", result.remains)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func section(_ title: String, _ lines: [String]) -> [String] {
        ["", title] + (lines.isEmpty ? ["  none"] : lines.map { "  \($0)" })
    }

    private static func line(_ item: PurgeItem) -> String {
        "\(item.kind.rawValue)  \(item.name)  \(item.bytes) bytes  sha256 \(item.checksum ?? "-")  \(item.explanation)"
    }

    private static func line(_ holder: RemovalItem) -> String {
        "\(holder.kind)  \(holder.id.map(String.init) ?? "-")  \(holder.label)  \(holder.count)"
    }
}
