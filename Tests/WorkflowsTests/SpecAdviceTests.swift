import Testing
import Values
import YAML

@testable import Workflows

/// What is doubtful in containers, read from the canonical form.
@Suite struct SpecAdviceTests {
    /// The codes and places of what is told of a spec.
    private func advice(_ yaml: String) throws -> [String] {
        let spec = try #require(YAMLStream.parse(Array(yaml.utf8)).first).json
        var advice = SpecAdvice(spec, at: ["spec"])
        advice.run()
        return advice.diagnostics.map { "\($0.code.rawValue) \($0.path)" }
    }

    @Test func `a body that never runs is told`() throws {
        #expect(
            try advice(
                """
                tasks:
                  - {id: a, type: map, items: [], tasks: []}
                  - {id: b, type: loop, items: 0, tasks: []}
                  - {id: c, type: loop, while: "${{ 1 > 2 }}", maxIterations: 3, tasks: []}
                """
            ).sorted() == [
                "W0020 spec.tasks[0].items", "W0020 spec.tasks[1].items",
                "W0020 spec.tasks[2].while",
            ])
    }

    @Test func `cases that none can come to are told`() throws {
        let found = try advice(
            """
            tasks:
              - id: a
                type: branch
                on: ${{ tasks.x.outputs.kind }}
                cases: [{value: good, tasks: []}, {value: bad, tasks: []}, {value: good, tasks: []}]
              - id: b
                type: branch
                cases:
                  - {condition: "false", tasks: []}
                  - {condition: "true", tasks: []}
                  - {condition: tasks.x.outputs.ok, tasks: []}
                default: [{id: z, type: transform}]
              - id: c
                type: branch
                on: blue
                cases: [{value: red, tasks: []}, {value: blue, tasks: []}]
            """
        ).sorted()
        #expect(
            found == [
                "W0021 spec.tasks[1].cases[0].condition",
                "W0021 spec.tasks[1].cases[2]", "W0021 spec.tasks[1].default",
                "W0021 spec.tasks[2].cases[0].value",
            ])
    }

    @Test func `limits around a task count, and its own of all attempts`() throws {
        #expect(
            try advice(
                """
                config: {timeout: 1h}
                tasks:
                  - {id: p, type: parallel, tasks: [{id: a, type: command, timeout: 2h}]}
                  - {id: b, type: command, totalTimeout: 2h}
                  - {id: c, type: command, timeout: 1h, totalTimeout: 1h}
                """) == [
                    "W0024 spec.tasks[1].totalTimeout", "W0024 spec.tasks[0].tasks[0].timeout",
                ])
    }

    @Test(
        arguments: [
            "{condition: workflow.inputs.x, outputs: 'x'}",
            "{onFailure: Continue, fallback: [{value: {x: 1}}]}",
            "{onFalse: Fail, condition: run.x}",
        ])
    func `an output of a task that always gives one, or that is minded, is no doubt`(
        task: String
    ) throws {
        var yaml = "tasks: [{id: a, type: command}]\noutputs: {r: '${{ tasks.a.outputs.x }}'}\n"
        if task.contains("outputs") {
            yaml =
                "tasks: [{id: a, type: command, condition: workflow.inputs.x}]\n"
                + "outputs: {r: '${{ has(tasks.a.outputs.x) ? tasks.a.outputs.x : 0 }}'}\n"
        } else {
            yaml = yaml.replacing(
                "type: command", with: "type: command, \(task.dropFirst().dropLast())")
        }
        #expect(try advice(yaml).isEmpty)
    }

    @Test func `schedules are read where they start something, and nowhere else`() {
        let document: JSON = [
            "spec": [
                "schedule": "61 * * * *",
                "triggers": [["type": "schedule", "cron": "* * * *"], ["cron": "@daily"]],
                "tasks": [["inputs": ["schedule": "whenever"]]],
            ]
        ]
        let found = DocumentAdvice.diagnostics(in: document)
        #expect(
            found.map { "\($0.code.rawValue) \($0.path)" }.sorted() == [
                "E0220 spec.schedule", "E0220 spec.triggers[0].cron",
            ])
    }

    @Test func `ten thousand tasks that never run are told of in bounded time`() throws {
        let tasks = (0..<10_000).map { index -> JSON in
            [
                "id": .string("t\(index)"), "type": "transform", "condition": "false",
                "dependsOn": [.string("t\(index + 1)")],
            ]
        }
        var advice = SpecAdvice(["tasks": .array(tasks)], at: ["spec"])
        advice.run()
        #expect(advice.diagnostics.count == WorkflowLimits.maximumDiagnostics)
    }
}
