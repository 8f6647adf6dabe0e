import Engine
import Testing
import Values
import Workflows

/// Loops and maps: their iterations, variables and results.
@Suite struct LoopTests {
    private func loop(_ more: JSONObject, body: [JSON]? = nil, type: String = "loop") -> JSON {
        var task: JSONObject = [
            "id": "l", "type": .string(type),
            "tasks": .array(
                body ?? [
                    [
                        "id": "t", "type": "command",
                        "inputs": ["command": ["echo", "${{ string(index) }}"]],
                    ]
                ]),
        ]
        task.merge(more)
        return ["tasks": [.object(task)]]
    }

    private func results(_ run: borrowing ScopedRun) -> JSON? {
        run.run.machine.outputs(ofTask: "l")?["results"]
    }

    @Test func `a loop runs one iteration after the other, each seeing the one before`() throws {
        let spec = loop(
            ["items": [10, 20, 30], "result": "${{ tasks.t.outputs.sum }}"],
            body: [
                [
                    "id": "t", "type": "transform",
                    "inputs": ["sum": "${{ item + (previous == null ? 0 : previous) }}"],
                ]
            ])
        let run = try ScopedRun.finished(spec)
        #expect(run.run.finished == .completed)
        #expect(results(run) == [10, 30, 60])
        #expect(run.entries["l"]?["iterations"] == ["completed": 3, "failed": 0, "total": 3])
    }

    @Test func `a loop opens its bodies as it goes`() throws {
        var run = ScopedRun(
            try TestPlan.compile(loop(["items": ["a", "b", "c"]])), outcome: Outcomes.path)
        run.acknowledge()
        #expect(run.run.executingIDs == ["l[0].t"])
        #expect(run.run.executing[0].inputs["command"] == ["echo", "0"])
        #expect(run.phases["l[1].t"] == nil)
        run.endAttempt(at: 0)
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.executingIDs == ["l[1].t"])
        try run.finish()
        run.report("loop")
    }

    @Test func `a map has as many iterations under way as it may`() throws {
        let spec = loop(["items": ["a", "b", "c", "d"], "maxParallel": 2], type: "map")
        var run = ScopedRun(try TestPlan.compile(spec), outcome: Outcomes.path)
        run.acknowledge()
        #expect(run.run.executingIDs == ["l[0].t", "l[1].t"])
        run.endAttempt(at: 1)
        while run.run.write != nil { run.acknowledge() }
        #expect(run.run.executingIDs == ["l[0].t", "l[2].t"])
        try run.finish()
        run.report("map")
        #expect(run.run.machine.outputs(ofTask: "l")?["count"] == 4)
        #expect(results(run)?[3]?["stdout"] == "l[3].t")
    }

    @Test func `until ends a loop after the iteration that makes it true`() throws {
        let spec = loop(
            ["until": "${{ tasks.t.outputs.n >= 2 }}", "maxIterations": 10],
            body: [["id": "t", "type": "transform", "inputs": ["n": "${{ index }}"]]])
        let run = try ScopedRun.finished(spec)
        #expect(run.run.finished == .completed)
        #expect(run.run.machine.outputs(ofTask: "l")?["count"] == 3)
    }

    @Test func `while ends a loop before an iteration, and the bound ends any`() throws {
        let counting: [JSON] = [["id": "t", "type": "transform", "inputs": ["n": "${{ index }}"]]]
        let ended = try ScopedRun.finished(
            loop(["while": "${{ index < 2 }}", "maxIterations": 10], body: counting))
        #expect(ended.run.machine.outputs(ofTask: "l")?["count"] == 2)
        let bounded = try ScopedRun.finished(
            loop(["while": "${{ index >= 0 }}", "maxIterations": 4], body: counting))
        #expect(bounded.run.machine.outputs(ofTask: "l")?["count"] == 4)
        #expect(bounded.run.finished == .completed)
    }

    @Test func `a loop over nothing completes at once`() throws {
        let empty = try ScopedRun.finished(loop(["items": []]))
        #expect(empty.run.finished == .completed)
        #expect(results(empty) == [])
        let never = try ScopedRun.finished(loop(["while": "${{ index > 5 }}", "maxIterations": 3]))
        #expect(never.run.finished == .completed)
        #expect(never.phases == ["l": "Completed"])
    }

    @Test func `results become a list, an object or one value`() throws {
        let body: [JSON] = [["id": "t", "type": "transform", "inputs": ["v": "${{ item * 2 }}"]]]
        let common: JSONObject = ["items": [1, 2, 3], "result": "${{ tasks.t.outputs.v }}"]
        var map = common
        map["aggregate"] = ["mode": "map", "key": "k${{ item }}"]
        #expect(
            try results(ScopedRun.finished(loop(map, body: body))) == ["k1": 2, "k2": 4, "k3": 6])
        var reduce = common
        reduce["aggregate"] = [
            "mode": "reduce", "initial": 100, "value": "${{ accumulator + result }}",
        ]
        #expect(try results(ScopedRun.finished(loop(reduce, body: body))) == 112)
    }

    @Test func `an iteration that fails fails its loop, and stops the others`() throws {
        let spec = loop(
            ["items": ["a", "b", "c", "d"], "maxParallel": 2, "onFailure": "Continue"],
            type: "map")
        let run = try ScopedRun.finished(spec) { attempt in
            attempt.taskID == "l[1].t" ? .failed(.invalid("no")) : Outcomes.path(attempt)
        }
        #expect(run.phases["l"] == "Failed")
        #expect(run.phases["l[3].t"] == nil)
        #expect(run.run.finished == .completed)
        #expect(
            run.entries["l"]?["error"]?["message"]?.stringValue?.contains("'l[1].t'") == true)
    }

    @Test func `a task in an iteration that may fail leaves the others alone`() throws {
        let body: [JSON] = [TestPlan.command("t", ["onFailure": "Continue"])]
        let run = try ScopedRun.finished(loop(["items": ["a", "b", "c"]], body: body, type: "map"))
        { attempt in
            attempt.taskID == "l[1].t" ? .failed(.invalid("no")) : Outcomes.path(attempt)
        }
        #expect(run.run.finished == .completed)
        #expect(run.phases["l"] == "Completed")
        #expect(results(run)?[1] == .null)
    }

    @Test func `more items than a loop may have are an error, not a part of them`() throws {
        let run = try ScopedRun.finished(
            loop(["items": [1, 2, 3], "maxIterations": 2, "onFailure": "Continue"]))
        #expect(run.phases == ["l": "Failed"])
        #expect(run.entries["l"]?["error"]?["type"] == "LoopLimitError")
    }
}
