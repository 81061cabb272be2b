internal import ArgumentParser
internal import Console
internal import Learning
internal import Plans
internal import ServiceLifecycle
internal import System
internal import Tensors
internal import Workflows

/// One of several processes that train a run together.
extension RunCommand {
    /// Leads the run where this is the first process, or follows that one.
    ///
    /// - Throws: `TensorError.group` where the others do not come, `DaemonError.outsideTrainerOfSeveral`.
    func run(_ configuration: RunConfiguration, as membership: GroupMembership) async throws {
        guard configuration.trainer.command == nil else {
            throw DaemonError.outsideTrainerOfSeveral(size: membership.size)
        }
        let group = try await RunGroup.join(membership)
        let number = GroupMembership.numberOnThisMachine
        let own = number.map { configuration.with(device: configuration.settings.device(ofProcess: $0)) }
        if !group.isLeader { return try await follow(group, own ?? configuration) }
        do {
            try await lead(own ?? configuration, of: group)
            await group.end(status: ExitStatus.done.rawValue)
        } catch {
            let code = (error as? ExitCode)?.rawValue ?? CommandFailure(error).status.rawValue
            await group.end(status: code)
            throw error
        }
    }

    /// Ends as the first process does.
    private func follow(_ group: RunGroup, _ configuration: RunConfiguration) async throws {
        let service = FollowerService(
            RunFollower(options: options, configuration: configuration, group: group, stop: StopFlag()))
        try await Program.naming("\(configuration.plan.name) (process \(group.rank))") {
            try await self.group([service], observing.makeLogger()).run()
        }
        guard service.status != .done else { return }
        if service.status != .interrupted {
            options.output.note(
                "process \(group.rank) of \(group.size): the first process ended with status \(service.status.rawValue)"
            )
        }
        throw ExitCode(service.status.rawValue)
    }
}
