import Domain
import Postgres

struct InsertOrgans: Statement {
    static let sql = """
        insert into lacuna.organ (key, name, position, snomed_category, snomed_code, snomed_modifier, laterality, is_lesion)
        select * from unnest($1::text[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[])
        on conflict (key) do nothing returning id
        """
    let organs: [Organ]
    var binds: [any PostgresBindable] {
        [
            organs.map(\.key), organs.map(\.name), organs.map(\.position), organs.map { $0.code?.category },
            organs.map { $0.code?.type }, organs.map { $0.code?.modifier }, organs.map(\.laterality.rawValue),
            organs.map(\.isLesion),
        ]
    }
    func decode(_ row: PostgresRow) throws -> OrganID { try row.decode(0) }
}

/// Hosts are set after all organs are inserted, because a lesion's host may follow it.
struct SetOrganHosts: Statement {
    static let sql = """
        update lacuna.organ o set host_id = h.id from unnest($1::text[], $2::text[]) as g (organ, host)
        join lacuna.organ h on h.key = g.host where o.key = g.organ and o.is_lesion and o.host_id is null
        """
    let organs: [Organ]
    var binds: [any PostgresBindable] { [organs.map(\.key), organs.map(\.host)] }
}

struct InsertOrganLinks: Statement {
    static let sql = """
        insert into lacuna.organ_link (part_id, whole_id, relation)
        select p.id, w.id, l.relation from unnest($1::text[], $2::text[], $3::text[]) as l (part, whole, relation)
        join lacuna.organ p on p.key = l.part join lacuna.organ w on w.key = l.whole
        on conflict do nothing
        """
    let links: [OrganLink]
    var binds: [any PostgresBindable] {
        [links.map(\.part), links.map(\.whole), links.map(\.relation.rawValue)]
    }
}

struct InsertOrganSynonyms: Statement {
    static let sql = """
        insert into lacuna.organ_synonym (name, organ_id)
        select s.name, o.id from unnest($1::text[], $2::text[]) as s (name, organ) join lacuna.organ o on o.key = s.organ
        on conflict do nothing
        """
    let synonyms: [OrganSynonym]
    var binds: [any PostgresBindable] { [synonyms.map(\.spelling), synonyms.map(\.key)] }
}

struct OrganExists: Statement {
    static let sql = "select exists (select from lacuna.organ where key = $1)"
    let organ: OrganKey
    var binds: [any PostgresBindable] { [organ] }
    func decode(_ row: PostgresRow) throws -> Bool { try row.decode(0) }
}

struct ListOrgans: Statement {
    static let sql = """
        select o.key, o.name, o.snomed_code, o.laterality, o.is_lesion,
            array(select w.key from lacuna.organ_link l join lacuna.organ w on w.id = l.whole_id
                  where l.part_id = o.id and l.relation in ('division', 'within') order by w.position),
            array(select s.name from lacuna.organ_synonym s where s.organ_id = o.id order by s.name),
            array(select w.key from lacuna.organ_link l join lacuna.organ w on w.id = l.whole_id
                  where l.part_id = o.id and l.relation = 'division' order by w.position),
            array(select w.key from lacuna.organ_link l join lacuna.organ w on w.id in (l.part_id, l.whole_id) and w.id <> o.id
                  where o.id in (l.part_id, l.whole_id) and l.relation = 'overlaps' order by w.position),
            (select w.key from lacuna.organ_link l join lacuna.organ w on w.id = l.whole_id
             where l.part_id = o.id and l.relation = 'variant' order by w.position limit 1),
            h.key, o.position
        from lacuna.organ o left join lacuna.organ h on h.id = o.host_id order by o.position, o.id
        """
    func decode(_ row: PostgresRow) throws -> OrganRow {
        OrganRow(
            organ: try row.decode(0), name: try row.decode(1), snomed: try row.decode(2), laterality: try row.decode(3),
            isLesion: try row.decode(4), partOf: try row.decode(5), synonyms: try row.decode(6),
            divisionOf: try row.decode(7), overlaps: try row.decode(8), variantOf: try row.decode(9),
            host: try row.decode(10), position: try row.decode(11))
    }
}

struct OrganNumbers: Statement {
    static let sql = "select id, key from lacuna.organ"
    func decode(_ row: PostgresRow) throws -> (Int16, OrganKey) {
        (try row.decode(0), OrganKey(rawValue: try row.decode(1)))
    }
}

/// Organs as an ontology has them.
struct LoadOrgans: Statement {
    static let sql = """
        select o.key, o.name, o.position, o.snomed_category, o.snomed_code, o.snomed_modifier, o.laterality, o.is_lesion, h.key,
            h.snomed_category, h.snomed_code, h.snomed_modifier
        from lacuna.organ o left join lacuna.organ h on h.id = o.host_id order by o.position, o.id
        """
    func decode(_ row: PostgresRow) throws -> Organ {
        Organ(
            key: try row.decode(0), name: try row.decode(1), position: try row.decode(2),
            code: try OrganCode(row, from: 3),
            laterality: Laterality(rawValue: try row.decode(6)) ?? .none, isLesion: try row.decode(7),
            host: try row.decode(8), regionCode: try OrganCode(row, from: 9))
    }
}

extension OrganCode {
    /// Nil where the first two columns are null.
    fileprivate init?(_ row: PostgresRow, from column: Int) throws {
        guard let category = try row.decode(column, as: String?.self),
            let type = try row.decode(column + 1, as: String?.self)
        else { return nil }
        self.init(category: category, type: type, modifier: try row.decode(column + 2))
    }
}

struct LoadOrganLinks: Statement {
    static let sql = """
        select p.key, w.key, l.relation from lacuna.organ_link l
        join lacuna.organ p on p.id = l.part_id join lacuna.organ w on w.id = l.whole_id order by w.position, p.position
        """
    func decode(_ row: PostgresRow) throws -> OrganLink? {
        try OrganRelation(rawValue: row.decode(2)).map {
            OrganLink(part: try row.decode(0), whole: try row.decode(1), relation: $0)
        }
    }
}

struct LoadOrganSynonyms: Statement {
    static let sql = """
        select s.name, o.key from lacuna.organ_synonym s join lacuna.organ o on o.id = s.organ_id order by s.name
        """
    func decode(_ row: PostgresRow) throws -> OrganSynonym {
        OrganSynonym(spelling: try row.decode(0), key: try row.decode(1))
    }
}

/// Of shipped organs; those of a user have positions from 10001.
struct CountOrgans: Statement {
    static let sql = "select count(*) from lacuna.organ where position <= 10000"
    func decode(_ row: PostgresRow) throws -> Int { try row.decode(0) }
}
