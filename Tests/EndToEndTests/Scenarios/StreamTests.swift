import GitOps
import HTTP
import Kubernetes
import TestSupport
import Testing
import Values

/// Streams of tasks that run, as people see them.
@Suite struct StreamTests {
    @Test func `a reader comes back by offset and gets exactly what follows`() async throws {
        try await World.with(.embedded) { world in
            let gate = world.gate("middle")
            let script = "for i in 1 2 3; do echo $i; done; \(gate.wait); echo 4"
            try await world.createRun(
                "numbers",
                [
                    "workflowSpec": [
                        "tasks": [
                            Manifest.command("source", script),
                            [
                                "id": "double", "type": "stream",
                                "stream": [
                                    "from": "source", "steps": [["map": "record * 2"]],
                                ],
                            ],
                            [
                                "id": "total", "type": "stream",
                                "stream": [
                                    "from": "double",
                                    "aggregates": ["total": ["sum": "record"]],
                                ],
                            ],
                        ],
                        "outputs": ["total": "${{ tasks.total.outputs.result.total }}"],
                    ]
                ])
            let run = try await world.object(.workflowRuns, "numbers", "to be half read") {
                $0.task("total")?["progress"]?["records"] == 3
            }
            let path = "/streams/\(run.uid ?? "")/double"
            func lines(_ query: String) async throws -> [JSON] {
                let found = try await world.kubectl.run("get", "--raw", "\(path)?\(query)")
                return found.output.split(separator: "\n").compactMap {
                    try? JSON(parsing: Array($0.utf8))
                }
            }
            let first = try await lines("offset=1")
            #expect(
                first == [
                    ["offset": 1, "record": 4], ["offset": 2, "record": 6],
                    ["ended": false, "generation": 1, "next": 3],
                ])
            for (query, code, sentence) in [
                ("offset=abc", "BadRequest", "offset is a whole number from 0, not \"abc\""),
                ("offset=99999999999999999999", "BadRequest", "offset is a whole number"),
                ("follow=maybe", "BadRequest", "follow is true or false, not \"maybe\""),
                ("offset=9", "RequestedRangeNotSatisfiable", "nothing at offset 9"),
            ] {
                let refused = try await world.kubectl.run("get", "--raw", "\(path)?\(query)")
                #expect(refused.code == 1, "\(refused)")
                #expect(refused.error.contains("(\(code)): "), "\(refused)")
                #expect(refused.error.contains(sentence), "\(refused)")
            }
            try gate.open()
            let rest = try await lines("offset=3&follow=true")
            #expect(
                rest == [
                    ["offset": 3, "record": 8], ["ended": true, "generation": 1, "next": 4],
                ])
            let ended = try await world.run("numbers", is: "Completed")
            #expect(ended.status["outputs"] == ["total": 20])
            #expect(ended.task("double")?["outputs"]?["results"] == [2, 4, 6, 8])
        }
    }
}
