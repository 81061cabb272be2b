internal import Glibc
package import System

/// The rights of the home and of the folders in it.
package enum HomeFolders {
    /// `LACUNA_GROUP`, by which a home is shared; without it, a home is its owner's alone.
    static func access(_ environment: Environment) throws(CommandFailure) -> FolderAccess {
        guard let name = environment["LACUNA_GROUP"] else { return .owner }
        guard let access = FolderAccess.sharedWithGroup(name) else {
            throw CommandFailure(
                .usage, "LACUNA_GROUP names the group \(name), which this system does not have",
                remedy: "name a group of the system, or unset LACUNA_GROUP")
        }
        return access
    }

    /// Who may use the home, which is refused where somebody else could change it.
    ///
    /// - Parameter output: where a warning goes; nil: as the options say.
    package static func checked(
        _ options: GlobalOptions, _ environment: Environment, _ output: Output? = nil
    ) throws -> FolderAccess {
        let access = try access(environment)
        try check(options, environment, access, output ?? options.output)
        return access
    }

    /// Refuses a home that somebody else could change. A new one is created with its rights where it is shared; otherwise the first
    /// command that writes does so.
    static func check(
        _ options: GlobalOptions, _ environment: Environment, _ access: FolderAccess, _ output: Output
    ) throws {
        let home = DatabaseTarget.homeFolder(options, environment)
        if case .group = access {
            output.warn(of: try Folder.secure(home, access, isPrivate: false), home, access)
        } else {
            try Folder.requireSafe(home, access)
        }
    }
}

extension Session {
    /// The default folder of images as raw voxels, which `lacunad` fills.
    package var cacheFolder: String { "\(home)/cache" }

    /// Creates a folder of the home, or any folder for the same use, with the home's rights. Removes rights of others to read an existing
    /// one, with a warning.
    ///
    /// - Throws: `UnsafeFolder`, `SystemError`.
    package func secure(_ folder: String) throws {
        try secureHome(of: folder)
        output.warn(of: try Folder.secure(folder, access), folder, access)
    }

    /// Creates a missing home with its rights, where `folder` is in it.
    package func secureHome(of folder: String) throws {
        if FilePath.relative(folder, to: home) != nil { try secureHome() }
    }

    /// The folders that hold voxels. Missing ones are created when they are needed.
    func secureExistingFolders() throws {
        let store = try? DatabaseTarget.localFolder(objects)
        for folder in ["\(home)/converted", cacheFolder, store].compactMap({ $0 }) where Folder.exists(folder) {
            do {
                try secure(folder)
            } catch let error as SystemError {
                output.warn("the rights of \(folder) cannot be changed: \(error.reason)")
            }
        }
    }

    /// Creates a missing home before something else does with other rights.
    private func secureHome() throws { try Folder.secure(home, access, isPrivate: false) }
}

extension Output {
    /// Warns where the rights of an existing folder were changed.
    fileprivate func warn(of securing: Folder.Securing, _ folder: String, _ access: FolderAccess) {
        guard case .changed(let mode) = securing else { return }
        warn(
            access == .owner
                ? "\(folder) could be read by other users (mode \(mode)); it is private now"
                : "\(folder) had the mode \(mode) and is shared with the group LACUNA_GROUP now; for what is in it, see "
                    + "docs/operations.md")
    }
}

extension UnsafeFolder: CommandFailing {
    package var commandFailure: CommandFailure { CommandFailure(.conflict, problem, file: path, remedy: remedy) }
}
