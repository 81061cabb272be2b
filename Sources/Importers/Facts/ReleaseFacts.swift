internal import Domain

/// Label origin and licence of a public release.
struct ReleaseFacts: Sendable {
    let origin: LabelOrigin
    /// Organs whose labels are of another origin.
    let origins: [OrganKey: LabelOrigin]
    let licence: Licence

    private init(
        _ origin: LabelOrigin, _ text: String, _ source: String, but origins: [OrganKey: LabelOrigin] = [:],
        others: [LicenceStatement] = []
    ) {
        (self.origin, self.origins) = (origin, origins)
        licence = Licence(text: text, source: source, others: others)
    }

    /// Facts of a release by the name of its label map; the origin of an unknown release is `expert`.
    static func of(_ release: String) -> ReleaseFacts {
        table[release] ?? ReleaseFacts(.expert, LicenceStatement.missing.text, LicenceStatement.missing.source)
    }

    private static let decathlon = ReleaseFacts(.expert, "CC BY-SA 4.0", "dataset.json of the Decathlon")

    /// A conflicting statement.
    private static func other(_ text: String, _ source: String) -> [LicenceStatement] {
        [LicenceStatement(text: text, source: source)]
    }

    private static let table: [String: ReleaseFacts] = [
        "msd-task03-liver": decathlon, "msd-task06-lung": decathlon, "msd-task07-pancreas": decathlon,
        "msd-task08-hepaticvessel": decathlon,
        "msd-task09-spleen": decathlon, "msd-task10-colon": decathlon,
        "btcv": ReleaseFacts(.expert, "Synapse terms of use, after registration", "Synapse syn3193805"),
        "gibson-btcv": ReleaseFacts(.expert, "CC BY 4.0", "Zenodo 1169361"),
        "gibson-tcia": ReleaseFacts(.expert, "CC BY 4.0", "Zenodo 1169361"),
        "tcia-pancreas-ct": ReleaseFacts(.expert, "CC BY 3.0", "TCIA Pancreas-CT"),
        "lits17": ReleaseFacts(
            .expert, "CC BY-NC-ND 4.0", "the challenge's page",
            others: other("CC BY-SA 4.0", "the table of AbdomenAtlas")),
        "kits19": ReleaseFacts(.expert, "CC BY-NC-SA 4.0", "the challenge's repository"),
        "kits23": ReleaseFacts(.expert, "CC BY-NC-SA 4.0", "the challenge's repository"),
        "kits21": ReleaseFacts(.expert, "CC BY-NC-SA 4.0", "the challenge's repository"),
        "amos22": ReleaseFacts(
            .assisted, "CC BY 4.0", "Zenodo 7155725", others: other("CC BY-SA 4.0", "dataset.json of AMOS22")),
        "flare22": ReleaseFacts(
            .expert, "CC BY-NC-SA 4.0", "a mirror of the challenge data",
            others: other("CC BY-NC-ND 4.0", "the table of AbdomenAtlas")),
        "flare23": ReleaseFacts(
            .assisted, "CC BY-NC-ND 4.0", "the table of AbdomenAtlas",
            others: other("CC BY-NC-SA 4.0", "a mirror of the challenge data")),
        "abdomenct-1k": ReleaseFacts(.assisted, "CC BY-NC-SA 4.0", "secondary sources"),
        "word": ReleaseFacts(.expert, "GPL-3.0, research use only", "dataset.json of WORD"),
        "chaos-ct": ReleaseFacts(
            .expert, "CC BY-NC-SA 4.0", "Zenodo 3431873", others: other("CC BY-SA 4.0", "the table of AbdomenAtlas")),
        "ct-org": ReleaseFacts(.expert, "CC BY 3.0", "TCIA CT-ORG", but: ["lung": .model, "bone": .model]),
        "totalsegmentator-v1": ReleaseFacts(.assisted, "CC BY 4.0", "Zenodo 6802614"),
        "totalsegmentator-v2": ReleaseFacts(.assisted, "CC BY 4.0", "Zenodo 10047292"),
        "totalsegmentator-mr": ReleaseFacts(.assisted, "CC BY 4.0", "Zenodo 11367004"),
        "abdomenatlas-1.0": ReleaseFacts(.model, "CC BY-NC-SA 4.0", "the project's repository"),
        "abdomenatlas-1.1": ReleaseFacts(.model, "CC BY-NC-SA 4.0", "the project's repository"),
    ]
}
