import Foundation
import TestSupport
import Testing

extension DaemonTests {
    /// The benchmarks at a size that takes seconds: their keys, and that they leave nothing behind.
    @Suite struct BenchmarkCommandTests {
        private func benchmark(
            _ arguments: String..., environment: [String: String] = [:]
        ) async throws -> Ending {
            try await RunningProgram("lacunad", ["benchmark"] + arguments, environment: environment).end()
        }

        @Test func aPredictionCountsItsWindowsAndItsShare() async throws {
            let ending = try await benchmark(
                "prediction", "--shape", "48x40x24", "--patch", "16", "--widths", "4,8", "--organs", "3", "--json")
            let result = try ending.object()
            #expect(ending.status == 0, "\(ending.errors)")
            // Windows of 16 that overlap by half: 5 along 48 voxels, 4 along 40, 2 along 24.
            #expect(result["windows"] as? Int == 5 * 4 * 2)
            let own = try #require(result["gigaflops"] as? Double)
            let limit = try #require(result["productGigaflops"] as? Double)
            let share = try #require(result["share"] as? Double)
            #expect(abs(share - own / limit) < 1e-9 && share > 0 && share < 1.5)
        }

        @Test func aSliceNetworkPredictsEachSlice() async throws {
            let result = try await benchmark(
                "prediction", "--shape", "32x32x10", "--patch", "32", "--widths", "4,8", "--dimensions", "2", "--json"
            ).object()
            #expect(result["windows"] as? Int == 10)
            let wrong = try await benchmark("prediction", "--patch", "36", "--widths", "4,8,16,32")
            #expect(wrong.status == 2 && wrong.errors.contains("--patch is"), "\(wrong.errors)")
        }

        @Test func aTrainingMeasuresItsPartsAloneAndTogether() async throws {
            let ending = try await benchmark(
                "training", "--size", "16", "--steps", "3", "--widths", "4,8", "--organs", "3", "--json")
            let result = try ending.object()
            #expect(ending.status == 0, "\(ending.errors)")
            let alone = try #require(result["stepSeconds"] as? Double)
            let together = try #require(result["togetherSeconds"] as? Double)
            let waiting = try #require(result["waitShare"] as? Double)
            let share = try #require(result["share"] as? Double)
            #expect(abs(share - alone / together) < 1e-9 && (0..<1).contains(waiting))
            let wrong = try await benchmark("training", "--size", "20", "--widths", "4,8,16,32")
            #expect(wrong.status == 2 && wrong.errors.contains("--size is"), "\(wrong.errors)")
        }

        @Test func labelsOfSomeOrgansAreAddedToThoseOfTheOthers() async throws {
            let ending = try await benchmark(
                "labels", "--shape", "64x64x32", "--organs", "5", "--relabelled", "2", "--json")
            let result = try ending.object()
            #expect(ending.status == 0, "\(ending.errors)")
            let whole = try #require(result["wholeSeconds"] as? Double)
            let adding = try #require(result["addingSeconds"] as? Double)
            let copy = try #require(result["copySeconds"] as? Double)
            #expect(whole > 0 && adding > 0 && copy > 0 && result["relabelled"] as? Int == 2)
            let wrong = try await benchmark("labels", "--organs", "3", "--relabelled", "4")
            #expect(wrong.status == 2 && wrong.errors.contains("--relabelled"), "\(wrong.errors)")
        }

        @Test func aColdStartMakesOnlyTheVolumesOfItsFirstBatch() async throws {
            let folder = TemporaryFolder.make("cold-start") + "/scratch"
            let arguments = ["cold-start", "--shape", "64x48x40", "--organs", "4", "--size", "16", "--work", folder]
            let ending = try await RunningProgram("lacunad", ["benchmark"] + arguments + ["--json"]).end()
            #expect(ending.status == 0, "\(ending.errors)")
            let result = try ending.object()
            #expect(result["volumes"] as? Int == 1000 && result["needed"] as? Int == 2)
            for part in ["firstBatch", "reading", "decoding", "coding", "storing", "plain"] {
                let seconds = try #require(result["\(part)Seconds"] as? Double)
                #expect(seconds > 0, "\(part)")
            }
            #expect(!FileManager.default.fileExists(atPath: folder))
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let taken = try await benchmark("cold-start", "--shape", "64x48x40", "--work", folder)
            #expect(taken.status == 5 && taken.errors.contains("the folder exists"), "\(taken.errors)")
        }

        @Test func allPartsStandInOneTable() async throws {
            let folder = TemporaryFolder.make("all-parts") + "/scratch"
            let ending = try await benchmark("all", "--quick", "--organs", "3", "--work", folder, "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            let rows = try ending.rows()
            #expect(
                rows.compactMap { $0["part"] as? String } == [
                    "batches", "augmented batches", "step", "step beside batches", "prediction", "write-back",
                ])
            for row in rows {
                let rate = try #require(row["rate"] as? Double)
                let limit = try #require(row["limit"] as? Double)
                let share = try #require(row["share"] as? Double)
                #expect(abs(share - rate / limit) < 1e-9 && rate > 0)
            }
            #expect(!FileManager.default.fileExists(atPath: folder))
            for line in ["batches: ", "step beside batches: ", "write-back: "] {
                #expect(ending.errors.contains("\n\(line)") || ending.errors.hasPrefix(line), "\(ending.errors)")
            }
        }

        /// What the last part needs is checked before the first one is measured.
        @Test func allPartsAreRefusedBeforeAnyIsMeasured() async throws {
            let folder = TemporaryFolder.make("all-parts")
            let taken = try await benchmark("all", "--quick", "--work", folder)
            #expect(taken.status == 5 && taken.errors.contains("the folder exists"), "\(taken.errors)")
            let server = try await benchmark(
                "all", "--quick", "--work", folder + "/new", environment: ["LACUNA_DATABASE": "host=/nonexistent"])
            #expect(server.status == 2 && server.errors.contains("a database of its own"), "\(server.errors)")
            let place = try await benchmark("all", "--quick", "--work", "/proc/lacuna/new")
            #expect(place.status != 0, "\(place.errors)")
            for ending in [taken, server, place] {
                #expect(ending.output == "" && !ending.errors.contains("patches/s"), "\(ending.errors)")
            }
        }

        @Test func optionsOfTheNetworkAreCheckedAlike() async throws {
            for command in ["step", "training", "prediction"] {
                for (option, value, problem) in [
                    ("--dimensions", "4", "--dimensions must be"), ("--organs", "0", "--organs and --threads must be"),
                    ("--threads", "2000", "--organs and --threads must be"),
                ] {
                    let wrong = try await benchmark(command, option, value)
                    #expect(wrong.status == 2 && wrong.errors.contains(problem), "\(command): \(wrong.errors)")
                }
            }
            for command in ["step", "training"] {
                for (option, value, problem) in [
                    ("--size", "20", "--size is [20, 20, 20]"), ("--size", "8", "--size is 8; give 16 to 512"),
                    ("--batch", "0", "--batch is 0"), ("--steps", "0", "--steps must be positive"),
                ] {
                    let wrong = try await benchmark(command, option, value)
                    #expect(wrong.status == 2 && wrong.errors.contains(problem), "\(command): \(wrong.errors)")
                }
            }
        }

        @Test func aWriteBackCommitsLabelsAndLeavesNothing() async throws {
            let folder = TemporaryFolder.make("write-back") + "/scratch"
            let ending = try await benchmark(
                "write-back", "--shape", "48x48x24", "--organs", "4", "--work", folder, "--json")
            #expect(ending.status == 0, "\(ending.errors)")
            let result = try ending.object()
            #expect(result["labels"] as? Int == 4)
            let parts = ["ranking", "judging", "encoding", "committing"].compactMap {
                result["\($0)Seconds"] as? Double
            }
            let total = try #require(result["seconds"] as? Double)
            let share = try #require(result["share"] as? Double)
            let bytes = try #require(result["bytes"] as? Int)
            #expect(parts.count == 4 && abs(total - parts.reduce(0, +)) < 1e-6)
            #expect(share > 0 && bytes > 100)
            #expect(!FileManager.default.fileExists(atPath: folder))
        }

        /// The masks have the same bytes.
        @Test func aWriteBackDoesNotDependOnThreads() async throws {
            let folder = TemporaryFolder.make("write-back")
            var bytes: [Int?] = []
            for threads in [1, 3] {
                let result = try await benchmark(
                    "write-back", "--shape", "40x48x20", "--organs", "5", "--threads", String(threads), "--work",
                    "\(folder)/\(threads)", "--json"
                ).object()
                #expect(result["threads"] as? Int == threads)
                bytes.append(result["bytes"] as? Int)
            }
            #expect(bytes[0] != nil && bytes[0] == bytes[1])
        }

        @Test func aWriteBackTouchesNothingThatExists() async throws {
            let folder = TemporaryFolder.make("write-back")
            let taken = try await benchmark("write-back", "--shape", "48x48x24", "--work", folder)
            #expect(taken.status == 5 && taken.errors.contains("the folder exists"), "\(taken.errors)")
            #expect(FileManager.default.fileExists(atPath: folder))
            let server = try await benchmark(
                "write-back", "--shape", "48x48x24", "--work", folder + "/new",
                environment: ["LACUNA_DATABASE": "host=/nonexistent"])
            #expect(server.status == 2 && server.errors.contains("a database of its own"), "\(server.errors)")
        }
    }
}
