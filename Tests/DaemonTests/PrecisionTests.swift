import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// Mixed precision on a processor that may have no instructions for it.
    @Suite struct PrecisionRunTests {
        private static var hasInstructions: Bool {
            let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
            return text.contains(" avx512_bf16")
        }

        @Test(arguments: ["bfloat16", "auto"])
        func bfloat16WithoutInstructionsIsNamed(precision: String) async throws {
            try await World.with { place in
                var run = RunFile()
                (run.name, run.precision, run.rounds) = (precision, precision, 0)
                (run.stepsInRoundZero, run.batch, run.confidence) = (2, 1, "probability")
                let ending = try await place.daemon(run)
                #expect(ending.status == 0, "\(ending.errors)")
                let isNamed = ending.errors.contains("for which this processor has no instructions")
                #expect(isNamed == (precision == "bfloat16" && !Self.hasInstructions), "\(ending.errors)")
            }
        }
    }
}
