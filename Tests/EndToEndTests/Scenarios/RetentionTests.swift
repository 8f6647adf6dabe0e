import GitOps
import Kubernetes
import POSIX
import TestSupport
import Testing
import Values

/// How long ended runs are kept, on both planes.
@Suite struct RetentionTests {
    @Test(arguments: Plane.all)
    func `a workflow keeps as many runs of each end as it says, and the archive keeps the others`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            var template = KubernetesObject(.templates, world.key("kept"))
            template.spec = [
                "inputs": [["name": "code", "type": "integer", "default": 0]],
                "tasks": [
                    [
                        "id": "only", "type": "command",
                        "inputs": [
                            "shell": true, "command": "exit \"$1\"",
                            "args": ["${{ workflow.inputs.code }}"],
                        ],
                    ]
                ],
                "retention": ["completed": ["maxCount": 2], "failed": ["maxCount": 1]],
            ]
            _ = try await world.client.create(.templates, template)
            for number in 1...3 {
                try await world.createRun("good-\(number)", RetentionTests.run(code: 0))
                try await awaited("good-\(number) to end") {
                    try await world.object(.workflowRuns, "good-\(number)")?.phase == "Completed"
                }
            }
            try await world.isGone(.workflowRuns, "good-1")
            try await world.createRun("bad-1", RetentionTests.run(code: 1))
            try await world.run("bad-1", is: "Failed")
            try await world.createRun("bad-2", RetentionTests.run(code: 1))
            try await world.isGone(.workflowRuns, "bad-1")
            let left = try await world.client.list(.workflowRuns, namespace: world.namespace)
                .items.map(\.name)
            #expect(left.sorted() == ["bad-2", "good-2", "good-3"])
            let archived = try RetentionTests.archive(of: world)
            #expect(archived.map(\.name).sorted() == ["bad-1", "good-1"])
            #expect(archived.allSatisfy { $0.task("only")?["phase"] != nil })
        }
    }

    private static func run(code: Int64) -> JSON {
        [
            "workflowRef": ["kind": "Template", "name": "kept"],
            "inputs": ["code": .integer(code)],
        ]
    }

    /// The runs in the archive of the world's server.
    static func archive(of world: World) throws -> [KubernetesObject] {
        let root = "\(world.directory.file("data"))/archive/\(world.namespace)"
        guard FileSystem.exists(root) else { return [] }
        var runs: [KubernetesObject] = []
        for month in try FileSystem.list(root) {
            for file in try FileSystem.list("\(root)/\(month)") {
                let text = try FileSystem.readText(
                    "\(root)/\(month)/\(file)", maximumBytes: 1 << 20)
                runs.append(KubernetesObject(try JSON(parsing: text)))
            }
        }
        return runs
    }
}
