public import Postgres

/// What a restore of the schema `lacuna` from a dump needs besides the dump: roles and default rights, which belong to no schema.
public enum RestoredSchema {
    /// Creates the roles as the first migration does, without logins and passwords, and the default rights. Can be repeated.
    ///
    /// - Throws: SQLSTATE 42501 where the login may not create missing roles or is not a member of `lacuna_owner`.
    public static func prepare(_ connection: Connection) async throws {
        try await connection.execute(
            """
            do $$
            declare
                role_name text;
            begin
                foreach role_name in array array['lacuna_owner', 'lacuna_manager', 'lacuna_trainer'] loop
                    if to_regrole(role_name) is null then
                        execute format('create role %I nologin', role_name);
                    end if;
                end loop;
                if not pg_has_role(current_user, 'lacuna_owner', 'member') then
                    execute format('grant lacuna_owner to %I', current_user);
                end if;
            end $$;
            alter default privileges for role lacuna_owner revoke execute on functions from public;
            """)
    }

    /// Removes the schema with everything in it.
    public static func discard(_ connection: Connection) async throws {
        try await connection.execute("set client_min_messages = warning; drop schema if exists lacuna cascade")
    }

    /// Runs `body` while no program migrates the database.
    public static func holdingMigrations<T>(_ connection: Connection, _ body: () async throws -> T) async throws -> T {
        try await connection.run(TakeMigrationLock())
        do {
            let value = try await body()
            try await connection.run(ReleaseMigrationLock())
            return value
        } catch {
            _ = try? await connection.run(ReleaseMigrationLock())
            throw error
        }
    }
}
