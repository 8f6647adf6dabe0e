import Kubernetes
import POSIX
import Values

/// Measures what a watch costs from its bytes to the queue of keys.
///
/// 200,000 events of about 1 KB of 10,000 runs, in pieces of 16 KB as a connection gives them.
func kubernetesBenchmarks(report: (String, Double, String) -> Void) {
    let events = 200_000
    let bytes = watchBytes(events: events, objects: 10_000)
    report("kubernetes.watch.event_bytes", Double(bytes.count / events), "B")
    let pieces = stride(from: 0, to: bytes.count, by: 16 << 10).map { start in
        Array(bytes[start..<min(start + (16 << 10), bytes.count)])
    }

    var decoder = WatchDecoder(operation: "watch")
    var read = 0
    let decoding = seconds {
        for piece in pieces {
            var batch: [WatchEvent] = []
            try? decoder.decode(piece, into: &batch)
            read += batch.count
        }
    }
    report("kubernetes.watch.decode", Double(read) / decoding, "events/s")

    var store = ObjectStore()
    var queue = WorkQueueState<ObjectKey>()
    var handled = 0
    let following = seconds {
        for piece in pieces {
            var batch: [WatchEvent] = []
            try? decoder.decode(piece, into: &batch)
            for change in store.apply(batch) { queue.add(change.key) }
            while let key = queue.take(now: .zero) {
                queue.done(key)
                handled += 1
            }
        }
    }
    report("kubernetes.watch.decode_apply_queue", Double(handled) / following, "events/s")
    queueBenchmark(report: report)
}

private func queueBenchmark(report: (String, Double, String) -> Void) {
    let keys = (0..<10_000).map { ObjectKey(namespace: "team", name: "run-\($0)") }
    var queue = WorkQueueState<ObjectKey>()
    let turns = 100
    let elapsed = seconds {
        for _ in 0..<turns {
            for key in keys { queue.add(key) }
            while let key = queue.take(now: .zero) { queue.done(key) }
        }
    }
    report("kubernetes.queue.add_take_done", Double(keys.count * turns) / elapsed, "keys/s")
}

private func watchBytes(events: Int, objects: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(events * 1100)
    for number in 0..<events {
        let name = "evaluate-answers-\(number % objects)"
        let text = """
            {"type":"\(number < objects ? "ADDED" : "MODIFIED")","object":{"apiVersion":\
            "orchestrator.llm/v1","kind":"WorkflowRun","metadata":{"creationTimestamp":\
            "2026-11-20T09:24:46Z","generation":1,"labels":{"orchestrator.llm/workflow":\
            "evaluate-answers","orchestrator.llm/repository":"workflows"},"name":"\(name)",\
            "namespace":"team","resourceVersion":"\(number + 1)","uid":\
            "0f4c2a5e-6a51-4f0e-9d0e-\(100_000_000_000 + number)"},"spec":{"workflowRef":{"kind":\
            "Workflow","name":"evaluate-answers"},"inputs":{"question":"What is the answer?",\
            "limit":10},"desiredState":"Running","priority":5},"status":{"phase":"Running",\
            "observedGeneration":1,"startTime":"2026-11-20T09:24:46Z","progress":"3/7",\
            "conditions":[{"type":"Ready","status":"False","reason":"Running","message":\
            "3 of 7 tasks are done","lastTransitionTime":"2026-11-20T09:24:46Z",\
            "observedGeneration":1}],"tasks":{"fetch":{"phase":"Completed","attempt":1,"startTime":\
            "2026-11-20T09:24:46Z","completionTime":"2026-11-20T09:24:47Z","outputs":{"status":\
            200}},"rank":{"phase":"Running","attempt":1,"startTime":"2026-11-20T09:24:47Z"}},\
            "checkpoint":{"sequence":\(number)}}}}

            """
        bytes += text.utf8
    }
    return bytes
}

private func seconds(_ body: () -> Void) -> Double {
    let start = SystemClock.monotonic()
    body()
    return Double((SystemClock.monotonic() - start).nanoseconds) / 1e9
}
