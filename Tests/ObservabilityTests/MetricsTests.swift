import Observability
import Testing

@Suite struct MetricsTests {
    @Test func `the text is what Prometheus reads`() {
        let registry = MetricRegistry()
        let runs = registry.counter("runs_total", help: "Runs that ended.", labels: ["phase"])
        runs.increment(["Completed"])
        runs.increment(["Completed"])
        runs.increment(["say \"no\""])
        registry.gauge("depth", help: "Items that wait.") { 2.5 }
        #expect(
            registry.text == """
                # HELP depth Items that wait.
                # TYPE depth gauge
                depth 2.5
                # HELP runs_total Runs that ended.
                # TYPE runs_total counter
                runs_total{phase="Completed"} 2
                runs_total{phase="say \\"no\\""} 1

                """)
    }

    @Test func `buckets count what is at most their bound`() {
        let registry = MetricRegistry()
        let seconds = registry.histogram("wait_seconds", help: "Waiting.")
        seconds.observe(.milliseconds(3))
        seconds.observe(.seconds(90))
        let lines = registry.text.split(separator: "\n")
        #expect(lines.contains("wait_seconds_bucket{le=\"0.0025\"} 0"))
        #expect(lines.contains("wait_seconds_bucket{le=\"0.005\"} 1"))
        #expect(lines.contains("wait_seconds_bucket{le=\"60.0\"} 1"))
        #expect(lines.contains("wait_seconds_bucket{le=\"+Inf\"} 2"))
        #expect(lines.contains("wait_seconds_count 2"))
    }

    @Test func `a label that input chooses cannot fill the memory`() {
        let registry = MetricRegistry()
        let counter = registry.counter("c", help: "h", labels: ["name"])
        for number in 0..<5000 { counter.increment(["n\(number)"]) }
        #expect(registry.text.split(separator: "\n").count <= Counter.maximumSeries + 3)
        #expect(counter.total == 5000)
    }
}
