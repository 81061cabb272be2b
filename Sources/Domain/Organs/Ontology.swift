/// How one organ relates to another.
public enum OrganRelation: String, Hashable, Sendable, CaseIterable {
    /// A part; all divisions of a whole together are the whole (left and right kidney are the kidneys).
    case division
    /// A part that does not fill its whole (a liver tumour in the liver).
    case within
    /// Not a part, but conventions differ about the border (S1 and sacrum), so neither excludes the other.
    case overlaps
    /// A dataset's own definition of the whole: another extent of the aorta, kidneys without their cysts. It is not a
    /// part; it excludes the organs that the whole excludes, but neither the whole nor its other variants.
    case variant

    public var isPart: Bool { self == .division || self == .within }
}

/// One line of `part_of.csv`. For `overlaps` the two sides are symmetric; for `variant` the part is the variant.
public struct OrganLink: Hashable, Sendable {
    public let part: OrganKey
    public let whole: OrganKey
    public let relation: OrganRelation

    public init(part: OrganKey, whole: OrganKey, relation: OrganRelation) {
        (self.part, self.whole, self.relation) = (part, whole, relation)
    }
}

/// Another spelling of an organ's name.
public struct OrganSynonym: Hashable, Sendable {
    public let spelling: String
    public let key: OrganKey

    public init(spelling: String, key: OrganKey) { (self.spelling, self.key) = (spelling, key) }
}

/// The organs, their part and exclusion relations, and the spellings of their names.
///
/// Parts form a directed acyclic graph: an organ may have several wholes (a rib is one of the left ribs, the ribs and
/// bone).
public struct Ontology: Sendable {
    /// In the order of their positions.
    public let organs: [Organ]
    public let links: [OrganLink]
    public let synonyms: [OrganSynonym]

    let indices: [OrganKey: Int]
    /// For each organ the indices of itself and of all its transitive parts.
    let downsets: [Set<Int>]
    /// Direct divisions of each organ, as indices in the order of positions.
    let divisionIndices: [[Int]]
    /// Unordered pairs under `overlaps`, entered both ways.
    let overlaps: [Int: Set<Int>]
    /// Variants to what they are variants of, as indices.
    let bases: [Int: Int]
    /// Normalised spelling to index.
    let spellings: [String: Int]

    /// Accepts inconsistent input, which `validate()` reports; links and synonyms of unknown organs are ignored.
    public init(organs: [Organ], links: [OrganLink] = [], synonyms: [OrganSynonym] = []) {
        let organs = organs.sorted { $0.position < $1.position }
        let indices = Dictionary(organs.indices.map { (organs[$0].key, $0) }, uniquingKeysWith: { first, _ in first })
        let edges = links.compactMap { link -> IndexedLink? in
            guard let part = indices[link.part], let whole = indices[link.whole] else { return nil }
            return IndexedLink(part: part, whole: whole, relation: link.relation)
        }
        (self.organs, self.links, self.synonyms, self.indices) = (organs, links, synonyms, indices)
        downsets = Self.downsets(edges, count: organs.count)
        divisionIndices = Self.divisions(edges, count: organs.count)
        overlaps = edges.filter { $0.relation == .overlaps }.reduce(into: [:]) { pairs, edge in
            pairs[edge.part, default: []].insert(edge.whole)
            pairs[edge.whole, default: []].insert(edge.part)
        }
        bases = Dictionary(
            edges.filter { $0.relation == .variant }.map { ($0.part, $0.whole) },
            uniquingKeysWith: { first, _ in first })
        spellings = Self.spellings(organs, synonyms, indices)
    }

    public subscript(key: OrganKey) -> Organ? { indices[key].map { organs[$0] } }

    /// The organ with that key or spelling, regardless of case, spaces and punctuation; nil if there is none.
    public func organ(named spelling: some StringProtocol) -> Organ? {
        spellings[Self.normalised(spelling)].map { organs[$0] }
    }

    /// The text with ASCII letters in lower case, each run of other ASCII characters than letters and digits replaced
    /// by one underscore, and none at the ends.
    public static func normalised(_ spelling: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(spelling.utf8.count)
        for byte in spelling.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
                bytes.append(byte)
            default: if bytes.last != UInt8(ascii: "_") && !bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
            }
        }
        if bytes.last == UInt8(ascii: "_") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func spellings(
        _ organs: [Organ], _ synonyms: [OrganSynonym], _ indices: [OrganKey: Int]
    ) -> [String: Int] {
        var spellings: [String: Int] = [:]
        for (index, organ) in organs.enumerated() { spellings[normalised(organ.key.rawValue)] = index }
        for synonym in synonyms {
            let spelling = normalised(synonym.spelling)
            guard let index = indices[synonym.key], spellings[spelling] == nil else { continue }
            spellings[spelling] = index
        }
        return spellings
    }
}
