import Expressions
import Testing
import Values
import Workflows

@Suite struct WorkflowCompilerTests {
    @Test func `a plan holds what the engine needs`() throws {
        let plan = try #require(try Fixture.file("every-field.yaml").resources[0].plan)
        #expect(plan.tasks.map(\.id) == ["fetch", "check-figures", "warn", "publish"])
        #expect(plan.topologicalOrder == [0, 1, 2, 3])
        #expect(plan.index(of: "publish") == 3)
        #expect(plan.index(of: "none") == nil)
        #expect(plan.timeout == .seconds(5400))
        #expect(plan.maxParallel == 4)
        let (fetch, check, warn, publish) = (
            plan.tasks[0], plan.tasks[1], plan.tasks[2], plan.tasks[3]
        )
        #expect(fetch.retryPolicy == RetryPolicy(maxAttempts: 5))
        #expect(fetch.timeout == .seconds(30))
        #expect(fetch.name == "Fetch the figures")
        #expect(check.dataDependencies == [0])
        #expect(check.orderDependencies == [])
        #expect(check.declaredOutputs == ["score": .number, "good": .boolean])
        #expect(check.retryPolicy.retryableErrors == ["ConnectionError", "TimeoutError"])
        #expect(warn.failureAction == .continue)
        #expect(warn.timeout == .seconds(90))
        #expect(warn.condition?.source == "!tasks.check-figures.outputs.good")
        #expect(publish.orderDependencies == [2])
        #expect(publish.dependencies == [0, 2])
        #expect(Array(plan.dependents(of: 0)) == [1, 3])
        #expect(plan.outputs.map(\.name) == ["page", "score"])
        #expect(plan.outputs[0].fallback?.isConstant == true)
    }

    @Test func `the order of fields changes neither digest nor plan`() throws {
        let first = try JSON(
            parsing:
                #"{"tasks":[{"id":"a","type":"transform"},{"id":"b","type":"transform","dependsOn":["a"],"inputs":{"x":1,"y":2}}],"suspend":false}"#
        )
        let second = try JSON(
            parsing:
                #"{"suspend":true,"tasks":[{"type":"transform","id":"a"},{"inputs":{"y":2,"x":1},"dependsOn":["a"],"type":"transform","id":"b"}]}"#
        )
        let one = try WorkflowCompiler.compile(spec: first).get()
        let other = try WorkflowCompiler.compile(spec: second).get()
        #expect(one.digest == other.digest)
        #expect(one.topologicalOrder == other.topologicalOrder)
        let changed = try JSON(
            parsing:
                #"{"tasks":[{"id":"a","type":"transform"},{"id":"b","type":"transform","dependsOn":["a"],"inputs":{"x":1,"y":3}}]}"#
        )
        #expect(try WorkflowCompiler.compile(spec: changed).get().digest != one.digest)
    }

    @Test func `the order of tasks in the file does not matter to what waits for what`() throws {
        let json: JSON = [
            "tasks": [
                ["id": "last", "type": "transform", "dependsOn": ["first"]],
                ["id": "first", "type": "transform"],
            ]
        ]
        let plan = try WorkflowCompiler.compile(spec: json).get()
        #expect(plan.topologicalOrder == [1, 0])
    }

    @Test func `a reference is an edge, wherever in the inputs it stands`() throws {
        let json: JSON = [
            "tasks": [
                ["id": "a", "type": "transform", "inputs": ["v": 1]],
                ["id": "b", "type": "transform", "inputs": ["v": 1]],
                ["id": "c", "type": "transform", "inputs": ["v": 1]],
                [
                    "id": "d", "type": "transform",
                    "condition": "tasks.c.outputs.v == 1",
                    "inputs": [
                        "x": [["y": "n ${{ tasks.a.outputs.v }} ${{ tasks.b.phase }}"]],
                        "z": "$${{ tasks.nothing }}",
                    ],
                ],
            ]
        ]
        let plan = try WorkflowCompiler.compile(spec: json).get()
        #expect(plan.tasks[3].dependencies == [0, 1, 2])
    }

    @Test func `a spec that is no object is refused`() {
        for spec: JSON in [nil, 1, "x", [], true] {
            guard case .failure(let diagnostics) = WorkflowCompiler.compile(spec: spec) else {
                Issue.record("compiled")
                continue
            }
            #expect(diagnostics.errors.map(\.code) == [.wrongType])
        }
    }

    @Test func `as many diagnostics are told as people can use`() {
        let tasks = (0..<5000).map { index -> JSON in
            ["id": .string("t\(index)"), "type": "transform", "dependsOn": ["nowhere"]]
        }
        let compilation = WorkflowCompiler().compilation(of: ["tasks": .array(tasks)])
        #expect(compilation.diagnostics.all.count == WorkflowLimits.maximumDiagnostics)
    }
}
