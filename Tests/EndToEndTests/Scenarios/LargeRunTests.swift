import GitOps
import Kubernetes
import POSIX
import TestSupport
import Testing
import Values

/// Runs that one object has no room for, on both planes.
@Suite struct LargeRunTests {
    /// The items of the map whose bodies call a service.
    private static let calls = 800

    private static func parts(
        of run: String, _ world: World
    ) async throws -> [KubernetesObject] {
        try await world.client.list(.runCheckpoints, namespace: world.namespace).items.filter {
            $0.spec["run"]?["name"]?.stringValue == run
        }
    }

    private static func json(_ world: World, _ arguments: String...) async throws -> JSON {
        let program = try await world.orchestrator(arguments)
        #expect(program.code == 0, "\(program.error)")
        return try JSON(parsing: program.output)
    }

    @Test(arguments: Plane.all)
    func `a map of ten thousand items completes, and every command shows all of it`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            let file = world.directory.file("large.json")
            try FileSystem.write(
                Manifest.workflow(
                    "large",
                    [
                        "tasks": [
                            [
                                "id": "all", "type": "map", "items": 10_000,
                                "tasks": [Manifest.value("double", "${{ double(item) * 2.0 }}")],
                            ],
                            Manifest.value("count", "${{ size(tasks.all.outputs.results) }}"),
                        ],
                        "outputs": [
                            "count": "${{ tasks.count.outputs.value }}",
                            "last": "${{ tasks.all.outputs.results[9999].value }}",
                        ],
                    ]), to: file)
            let started = SystemClock.monotonic()
            let run = try await LargeRunTests.json(world, "run", file, "-o", "json")
            print("large run: \(SystemClock.monotonic() - started) as its user sees it")
            #expect(run["status"]?["phase"] == "Completed")
            #expect(run["status"]?["progress"] == "10002/10002")
            #expect(run["status"]?["outputs"]?["count"] == 10_000)
            #expect(run["status"]?["outputs"]?["last"]?.doubleValue == 19_998)
            #expect(run["status"]?["tasks"]?.objectValue?.count == 10_002)
            let name = try #require(run["metadata"]?["name"]?.stringValue)
            let status = try await world.orchestrator("status", name)
            #expect(
                status.output.contains("Completed  10002/10002"), "\(status.output.prefix(999))")
            #expect(status.output.contains("10000/10000"), "\(status.output.prefix(999))")
            let graph = try await world.orchestrator("graph", name)
            #expect(graph.output.contains("10000/10000"), "\(graph.output.prefix(999))")
            let list = try await LargeRunTests.json(world, "list", "-o", "json")
            #expect(list["items"]?[0]?["status"]?["tasks"]?.objectValue?.count == 10_002)
            #expect(try await LargeRunTests.parts(of: name, world).count > 10)
            // What is kept beside a run goes with it; the cluster of the tests has no collector.
            guard plane == .embedded else { return }
            try await world.client.delete(.workflowRuns, world.key(name))
            _ = try await awaited("the parts of the checkpoint to go") {
                try await LargeRunTests.parts(of: name, world).isEmpty ? true : nil
            }
        }
    }

    /// A map of calls, and a task that fails until a gate is open.
    private static func definition(_ world: World, _ service: EffectService) -> JSON {
        [
            "tasks": [
                [
                    "id": "all", "type": "map", "items": .integer(Int64(calls)),
                    "maxParallel": 50,
                    "tasks": [
                        [
                            "id": "call", "type": "http",
                            "inputs": [
                                "method": "POST", "url": .string(service.url),
                                "body": ["value": "${{ item }}"],
                            ],
                        ]
                    ],
                ],
                Manifest.command(
                    "after",
                    "\(world.gate("tried").wait); test -e \(world.gate("good").path)",
                    ["dependsOn": ["all"]]),
            ],
            "outputs": ["last": "${{ tasks.all.outputs.results[\(calls - 1)].json.value }}"],
        ]
    }

    private static func follow(
        _ world: World, _ name: String, _ arguments: String...
    ) async throws -> KubernetesObject {
        let program = try await world.orchestrator(arguments + ["--name", name])
        #expect(program.code == 0, "\(program)")
        let run = try await world.run(name, is: "Completed")
        #expect(run.status["outputs"]?["last"] == .integer(Int64(calls - 1)))
        return run
    }

    @Test(arguments: Plane.all)
    func `a large run is tried again, and gone on from where it was kept`(
        plane: Plane
    ) async throws {
        let service = try EffectService(holdsAnswers: false)
        let result: Result<Void, any Error>
        do {
            try await World.with(plane) { world in
                try await world.createRun(
                    "large", ["workflowSpec": LargeRunTests.definition(world, service)])
                try await awaited("all calls", within: .seconds(180)) {
                    let run = try await world.object(.workflowRuns, "large")
                    return run?.phase(of: "after") == "Running" ? () : nil
                }
                let kept = try await world.orchestrator("checkpoints", "large", "create", "called")
                #expect(kept.code == 0, "\(kept)")
                // Once the command has ended, the checkpoint is there.
                let parts = try await LargeRunTests.parts(of: "large", world)
                #expect(parts.contains { $0.spec["purpose"] == "Manual" })
                try world.gate("tried").open()
                _ = try await world.run("large", is: "Failed")
                #expect(service.totals.calls == LargeRunTests.calls)
                try world.gate("good").open()
                _ = try await LargeRunTests.follow(world, "again", "retry", "large")
                #expect(service.totals.calls == LargeRunTests.calls)
                _ = try await LargeRunTests.follow(
                    world, "restored", "checkpoints", "large", "restore", "called")
                #expect(service.totals.calls == LargeRunTests.calls)
                _ = try await LargeRunTests.follow(
                    world, "from", "retry", "large", "--task", "all[700].call")
                #expect(service.totals.calls == LargeRunTests.calls + 1)
                try await LargeRunTests.damage("large", world)
                let refused = try await world.orchestrator("retry", "large", "--name", "damaged")
                #expect(refused.code == 0, "\(refused)")
                let damaged = try await world.run("damaged", is: "Failed")
                #expect(damaged.status["reason"] == "InvalidCheckpoint")
                #expect(service.totals.calls == LargeRunTests.calls + 1)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await service.shutdown()
        try result.get()
    }

    /// Changes a part of a run's checkpoint as nobody should.
    private static func damage(_ run: String, _ world: World) async throws {
        let part = try #require(
            try await parts(of: run, world).first { $0.spec["purpose"] == "Shard" })
        let path = try #require(part.status["tasks"]?.objectValue?.keys.first)
        _ = try await world.client.patch(
            .runCheckpoints, part.key,
            .merge(["status": ["tasks": [path: ["outputs": ["json": ["value": -1]]]]]]),
            subresource: "status")
    }

    @Test(arguments: Plane.all)
    func `what fails in a part of the checkpoint is told as any other failure`(
        plane: Plane
    ) async throws {
        try await World.with(plane) { world in
            var template = KubernetesObject(.templates, world.key("inner"))
            template.spec = [
                "tasks": [
                    [
                        "id": "all", "type": "map", "items": 1500,
                        "tasks": [Manifest.value("divide", "${{ 1000 / (1499 - item) }}")],
                    ]
                ],
                "events": ["onFailure": [["type": "deadletter", "queue": "large"]]],
            ]
            _ = try await world.client.create(.templates, template)
            try await world.createRun(
                "outer",
                [
                    "workflowSpec": [
                        "tasks": [Manifest.child("sub", of: "inner")]
                    ]
                ])
            let outer = try await world.run("outer", is: "Failed")
            let letter = try await awaited("the dead letter", state: { await world.everything() }) {
                try await world.client.list(.deadLetters, namespace: world.namespace).items.first
            }
            #expect(letter.spec["task"] == "all[1499].divide")
            #expect(letter.spec["error"]?["type"] != nil)
            #expect(outer.task("sub")?["error"]?["type"] == letter.spec["error"]?["type"])
        }
    }
}
