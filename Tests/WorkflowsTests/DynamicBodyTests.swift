import Testing
import Values
import Workflows

@Suite struct DynamicBodyTests {
    private let address = TaskAddress(scope: 0, task: 2)

    private func plan() throws -> WorkflowPlan {
        let spec: JSON = [
            "inputs": [["name": "topic", "type": "string"]],
            "tasks": [
                ["id": "before", "type": "transform", "inputs": ["v": 1]],
                [
                    "id": "list", "type": "transform", "dependsOn": ["before"],
                    "inputs": ["tasks": []],
                ],
                [
                    "id": "work", "type": "dynamic", "maxParallel": 3,
                    "tasksFrom": "${{ tasks.list.outputs.tasks }}",
                ],
                [
                    "id": "beside", "type": "transform",
                    "inputs": ["t": "${{ workflow.inputs.topic }}"],
                ],
            ],
        ]
        return try WorkflowCompiler.compile(spec: spec).get()
    }

    @Test func `a body is compiled against the names of its place, and appended`() throws {
        var plan = try plan()
        let body: JSON = [
            ["id": "a", "type": "transform", "inputs": ["v": "${{ tasks.before.outputs.v }}"]],
            [
                "id": "each", "type": "map", "items": "${{ [tasks.a.outputs.v] }}",
                "tasks": [
                    [
                        "id": "b", "type": "transform",
                        "inputs": ["v": "${{ item }} ${{ workflow.inputs.topic }}"],
                    ]
                ],
            ],
        ]
        let compiled = try WorkflowCompiler().compileBody(body, in: plan, at: address).get()
        #expect(compiled.scopes.map(\.kind) == [.group, .iteration])
        #expect(compiled.scopes[0].maxParallel == 3)
        #expect(plan.append(compiled) == 1)
        #expect(plan.scopes.count == 3)
        #expect(plan.scopes[1].owner == address)
        #expect(plan.scopes[1].tasks[1].dependencies == [0])
        #expect(plan.scopes[2].owner == TaskAddress(scope: 1, task: 1))
        #expect(plan.resolve("before", from: 2) == TaskAddress(scope: 0, task: 0))
        #expect(plan.append(compiled) == nil)
        // What was appended is looked into by what is compiled later.
        let again = try WorkflowCompiler().compileBody(body, in: plan, at: address).get()
        #expect(plan.append(again) == 3)
    }

    @Test func `everything wrong with a body is told, from the start of its list`() throws {
        let body: JSON = [
            ["id": "a", "type": "transfrom"],
            ["id": "b", "type": "transform", "inputs": ["v": "${{ tasks.beside.outputs.t }}"]],
            ["id": "list", "type": "transform"],
            ["id": "c", "type": "transform", "inputs": ["v": "${{ workflow.inputs.topci }}"]],
            ["id": "d", "type": "transform", "inputs": ["v": "${{ tasks.work.phase }}"], "typ": 1],
        ]
        guard
            case .failure(let found) = WorkflowCompiler().compileBody(
                body, in: try plan(), at: address)
        else {
            Issue.record("compiled")
            return
        }
        #expect(
            found.all.map { "\($0.path) \($0.code.rawValue)" } == [
                "[0].type E0202", "[1].inputs.v E0311", "[2].id E0216", "[3].inputs.v E0302",
                "[4].inputs.v E0308", "[4].typ E0101",
            ])
    }

    @Test func `what is no list of tasks is refused`() throws {
        let compiler = WorkflowCompiler()
        let plan = try plan()
        for tasks: JSON in [nil, "x", [], [1], [[]]] {
            guard case .failure(let found) = compiler.compileBody(tasks, in: plan, at: address)
            else {
                Issue.record("compiled \(tasks)")
                continue
            }
            #expect(found.hasErrors)
        }
    }
}
