public import Postgres

/// Makes the embedded cluster's logins members of the roles that the first migration creates.
///
/// On another server the administrator grants the roles, to logins of any name.
public enum EmbeddedLogins {
    public static let manager = "lacuna"
    public static let trainer = "lacunad"
    public static let managerGroup = "lacuna_manager"
    public static let trainerGroup = "lacuna_trainer"

    /// Grants the memberships, as superuser after migrating. Can be repeated.
    public static func grant(_ connection: Connection) async throws {
        for (login, group) in [(manager, managerGroup), (trainer, trainerGroup)] {
            try await connection.execute(
                """
                do $$
                begin
                    if to_regrole('\(group)') is not null and to_regrole('\(login)') is not null
                        and not pg_has_role('\(login)', '\(group)', 'member') then
                        grant \(group) to \(login);
                    end if;
                end
                $$
                """)
        }
    }
}
