import Foundation
import TestSupport
import Testing

@testable import Monitoring

@Suite struct MetricTests {
    private let labels = MetricFamily("lacuna_labels_total", .counter, "Labels.", labels: ["organ", "reason"])
    private let size = MetricFamily("lacuna_size", .gauge, "A size\nwith a \\.")
    private let wait = MetricFamily("lacuna_wait_seconds", .histogram(bounds: [0.5, 2]), "Waits.")

    private func filled() -> MetricRegistry {
        let registry = MetricRegistry([labels, size, wait])
        registry.add(3, to: labels, ["liver", "a \"b\"\\\nc"])
        registry.add(to: labels, ["aorta", ""])
        registry.set(size, to: 0.25)
        for value in [0.5, 0.75, 1, 30] { registry.observe(value, in: wait) }
        return registry
    }

    @Test func theTextIsPrometheusFormat() {
        #expect(
            filled().text() == #"""
                # HELP lacuna_labels_total Labels.
                # TYPE lacuna_labels_total counter
                lacuna_labels_total{organ="aorta",reason=""} 1
                lacuna_labels_total{organ="liver",reason="a \"b\"\\\nc"} 3
                # HELP lacuna_size A size\nwith a \\.
                # TYPE lacuna_size gauge
                lacuna_size 0.25
                # HELP lacuna_wait_seconds Waits.
                # TYPE lacuna_wait_seconds histogram
                lacuna_wait_seconds_bucket{le="0.5"} 1
                lacuna_wait_seconds_bucket{le="2"} 3
                lacuna_wait_seconds_bucket{le="+Inf"} 4
                lacuna_wait_seconds_sum 32.25
                lacuna_wait_seconds_count 4

                """#)
    }

    @Test func unknownGaugesAreNotShownAndReplacedOnesAreRemoved() {
        let registry = MetricRegistry([labels, size, wait])
        #expect(!registry.text().contains("\nlacuna_size "))
        #expect(registry.text().contains("lacuna_wait_seconds_count 0\n"))
        let state = MetricFamily("lacuna_state", .gauge, "State.", labels: ["state"])
        let states = MetricRegistry([state])
        states.replace(state, with: [["training"]: 1, ["trained"]: 0])
        states.replace(state, with: [["published"]: 1])
        #expect(states.text().hasSuffix("\nlacuna_state{state=\"published\"} 1\n"))
    }

    @Test func numbersThatAreNotFiniteHaveTheirNames() {
        let registry = MetricRegistry([size])
        for (value, text) in [(Double.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e300, "1e+300")] {
            registry.set(size, to: value)
            #expect(registry.text().hasSuffix("lacuna_size \(text)\n"))
        }
    }

    @Test func manyThreadsAddToOneCounter() async {
        let registry = MetricRegistry([labels])
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<8 { tasks.addTask { for _ in 0..<1000 { registry.add(to: labels, ["liver", ""]) } } }
        }
        #expect(registry.text().contains("lacuna_labels_total{organ=\"liver\",reason=\"\"} 8000\n"))
    }

    @Test func theMetricsOfTheDaemonHaveTheirNames() {
        let metrics = LacunaMetrics()
        metrics.setRound(1, of: "r", state: "training", states: ["training", "trained"])
        metrics.setQueue([("relabel", "waiting", 4)])
        metrics.succeeded(at: WallTime(millisecondsSince1970: 1_800_000_000_500))
        let text = metrics.registry.text()
        for line in [
            "lacuna_round_state{run=\"r\",round=\"1\",state=\"trained\"} 0",
            "lacuna_round_state{run=\"r\",round=\"1\",state=\"training\"} 1",
            "lacuna_queue_jobs{kind=\"relabel\",state=\"waiting\"} 4", "lacuna_lease_expired_total 0",
            "lacuna_schedule_missed_total 0", "lacuna_last_success_timestamp_seconds 1800000000.5",
        ] { #expect(text.contains(line + "\n"), "\(line) in \(text)") }
    }

    @Test(.enabled(if: PrometheusClient.obstacle == nil, PrometheusClient.obstacle))
    func anIndependentParserReadsTheSame() throws {
        let samples = try PrometheusClient.samples(of: filled().text())
        #expect(samples["lacuna_labels_total{organ=liver,reason=a \"b\"\\\nc}"] == 3)
        #expect(samples["lacuna_labels_total{organ=aorta,reason=}"] == 1)
        #expect(samples["lacuna_size{}"] == 0.25)
        #expect(samples["lacuna_wait_seconds_bucket{le=2}"] == 3)
        #expect(samples["lacuna_wait_seconds_bucket{le=+Inf}"] == 4)
        #expect(samples["lacuna_wait_seconds_sum{}"] == 32.25)
        let all = try PrometheusClient.samples(of: LacunaMetrics().registry.text())
        #expect(all["lacuna_step_seconds_count{}"] == 0)
    }
}

/// Python's `prometheus_client`, the reference parser of the format.
enum PrometheusClient {
    static let obstacle: Comment? = {
        guard let python = SharedCases.python else {
            return "needs a Python with prometheus_client, named by LACUNA_CASES_PYTHON"
        }
        let status = (try? ChildProcess.run(python, ["-c", "import prometheus_client"]))?.status
        return status == 0 ? nil : "LACUNA_CASES_PYTHON names a Python without prometheus_client"
    }()

    private static let script = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        samples = {}
        for family in text_string_to_metric_families(sys.argv[1]):
            assert family.type != 'unknown' and family.documentation, family.name
            for s in family.samples:
                labels = ','.join(f'{k}={v}' for k, v in sorted(s.labels.items()))
                samples[s.name + '{' + labels + '}'] = s.value
        print(json.dumps(samples))
        """

    /// Values by `name{label=value,…}`, labels sorted and values unescaped.
    static func samples(of text: String) throws -> [String: Double] {
        let outcome = try ChildProcess.run(try #require(SharedCases.python), ["-c", script, text])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return try JSONDecoder().decode([String: Double].self, from: Data(outcome.output.utf8))
    }
}
