import Foundation
import TestSupport
import Testing

extension ServiceTests {
    /// PyTorch's own launcher starts the processes of a run.
    @Suite struct TorchrunTests {
        private static let python = ["LACUNA_TORCH_PYTHON", "LACUNA_PEER_PYTHON"]
            .compactMap { ProcessInfo.processInfo.environment[$0] }.first { !$0.isEmpty }

        private func torchrun(_ place: Place, _ file: RunFile, _ options: [String] = []) throws -> RunningProgram {
            let path = "\(place.folder)/run.yaml"
            try file.text.write(toFile: path, atomically: true, encoding: .utf8)
            let launcher = ["-m", "torch.distributed.run", "--no-python", "--nproc-per-node=2"]
            let daemon = [
                ChildProcess.built("lacunad"), "run", "--once", "--config", path, "--database", place.target("lacunad"),
                "--home", place.home, "--log-level", "info",
            ]
            return try RunningProgram(
                try #require(Self.python), launcher + options + daemon, environment: ["HOME": place.folder])
        }

        @Test(
            .enabled(
                if: python != nil, "needs a Python with torch, named by LACUNA_TORCH_PYTHON or LACUNA_PEER_PYTHON"),
            arguments: [["--standalone"], ["--master-port", "port"]])
        func torchrunStartsARun(options: [String]) async throws {
            try await World.with { place in
                let port = "\(try FreePort.next())"
                let ending = try await torchrun(place, .shared(batch: 1), options.map { $0 == "port" ? port : $0 })
                    .end()
                #expect(ending.status == 0, "\(ending.errors)")
                #expect(ending.errors.contains("the run is finished"), "\(ending.errors)")
            }
        }

        /// A signal to `torchrun` stores the last step.
        @Test(
            .enabled(
                if: python != nil, "needs a Python with torch, named by LACUNA_TORCH_PYTHON or LACUNA_PEER_PYTHON"))
        func aSignalToTorchrunStopsTheRun() async throws {
            try await World.with { place in
                let program = try torchrun(place, .sharedAndLong, ["--standalone"])
                #expect(await program.reports("checkpoint stored"), "\(program.text)")
                program.signal(SIGTERM)
                let ending = await program.end()
                #expect(ending.errors.contains("stopped in round 0; start it again to continue"), "\(ending.errors)")
                #expect(try await place.ask("select lease_until from lacuna.job") == ["-"])
            }
        }
    }
}
