import Testing
import Values

@testable import ControlPlane

/// What a client sees of single objects.
@Suite struct ObjectTests {
    private let maps = Samples.configMaps

    @Test func `an object is created, read, replaced and deleted`() async throws {
        try await Plane.with { plane in
            let created = try await plane.create(maps, Samples.configMap("a", labels: ["x": "1"]))
            #expect(created.status == 201)
            #expect(created.json["metadata"]?["namespace"] == "default")
            #expect(created.json["metadata"]?["uid"]?.stringValue?.utf8.count == 36)
            #expect(
                created.json["metadata"]?["managedFields"]?[0]?["fieldsV1"] == [
                    "f:data": [".": [:], "f:a": [:]],
                    "f:metadata": ["f:labels": [".": [:], "f:x": [:]]],
                ])
            #expect(try await plane.get("\(maps)/a").json == created.json)
            let replaced = try await plane.send(
                "PUT", "\(maps)/a", Samples.configMap("a", ["b": "2"]))
            #expect(replaced.json["data"] == ["b": "2"])
            #expect(replaced.json["metadata"]?["uid"] == created.json["metadata"]?["uid"])
            let deleted = try await plane.send("DELETE", "\(maps)/a")
            #expect(deleted.status == 200)
            #expect(deleted.json["status"] == "Success")
            #expect(deleted.json["details"]?["uid"] == created.json["metadata"]?["uid"])
            let gone = try await plane.get("\(maps)/a")
            #expect(gone.status == 404)
            #expect(gone.message == "configmaps \"a\" not found")
            #expect(gone.json["details"] == ["name": "a", "kind": "configmaps"])
        }
    }

    @Test func `a write that changes nothing is none`() async throws {
        try await Plane.with { plane in
            let first = try await plane.create(maps, Samples.configMap("a"))
            let second = try await plane.merge("\(maps)/a", ["data": ["a": "1"]])
            #expect(second.version == first.version)
            let third = try await plane.send("PUT", "\(maps)/a", Samples.configMap("a"))
            #expect(third.version == first.version)
        }
    }

    @Test func `a stale resource version is a conflict`() async throws {
        try await Plane.with { plane in
            let first = try await plane.create(maps, Samples.configMap("a"))
            _ = try await plane.merge("\(maps)/a", ["data": ["a": "2"]])
            var stale = Samples.configMap("a", ["a": "3"])
            stale[["metadata", "resourceVersion"]] = .string(first.version)
            let answer = try await plane.send("PUT", "\(maps)/a", stale)
            #expect(answer.status == 409)
            #expect(answer.reason == "Conflict")
            #expect(
                answer.message == "Operation cannot be fulfilled on configmaps \"a\": the object "
                    + "has been modified; please apply your changes to the latest version and try "
                    + "again")
            let other: JSON = ["preconditions": ["uid": "x"]]
            #expect(try await plane.send("DELETE", "\(maps)/a", other).status == 409)
        }
    }

    @Test func `concurrent patches without a version all take effect`() async throws {
        try await Plane.with { plane in
            try await plane.create(maps, Samples.configMap("a", [:]))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        try await plane.merge("\(maps)/a", ["data": ["k\(index)": "v"]]).status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            let object = try await plane.get("\(maps)/a")
            #expect(object.json["data"]?.objectValue?.count == 40)
        }
    }

    @Test func `names, labels and shapes are refused in the real server's words`() async throws {
        try await Plane.with { plane in
            let bad = try await plane.create(
                maps, Samples.configMap("Bad_Name", labels: ["a b": "x y"]))
            #expect(bad.status == 422)
            let causes = bad.json["details"]?["causes"]?.arrayValue ?? []
            #expect(
                causes.map { $0["field"] }
                    == ["metadata.name", "metadata.labels", "metadata.labels"])
            let nameless = try await plane.create(
                maps, ["apiVersion": "v1", "kind": "ConfigMap", "metadata": [:]])
            #expect(
                nameless.message == "ConfigMap \"\" is invalid: metadata.name: Required value: "
                    + "name or generateName is required")
            let missing = try await plane.create(
                "/api/v1/namespaces/nope/configmaps", Samples.configMap("a"))
            #expect(missing.message == "namespaces \"nope\" not found")
            var elsewhere = Samples.configMap("a")
            elsewhere[["metadata", "namespace"]] = "other"
            #expect(
                try await plane.create(maps, elsewhere).message
                    == "the namespace of the provided object does not match the namespace sent on "
                    + "the request")
            try await plane.create(maps, Samples.configMap("a"))
            let twice = try await plane.create(maps, Samples.configMap("a"))
            #expect(twice.reason == "AlreadyExists")
            #expect(twice.message == "configmaps \"a\" already exists")
            let number = try await plane.create(maps, Samples.configMap("n", ["a": 1]))
            #expect(number.status == 400)
            #expect(
                number.message == "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: "
                    + "json: cannot unmarshal number into Go struct field ConfigMap.data.a of type "
                    + "string")
        }
    }

    @Test func `generated names differ`() async throws {
        try await Plane.with { plane in
            let body: JSON = [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["generateName": "run-"],
            ]
            var names: Set<String> = []
            for _ in 0..<20 {
                let answer = try await plane.create(maps, body)
                names.insert(answer.json["metadata"]?["name"]?.stringValue ?? "")
            }
            #expect(names.count == 20)
            #expect(names.allSatisfy { $0.hasPrefix("run-") && $0.utf8.count == 9 })
        }
    }

    @Test func `every kind of patch is applied, and an unknown one refused`() async throws {
        try await Plane.with { plane in
            try await plane.create(maps, Samples.configMap("a"))
            let operations: JSON = [["op": "add", "path": "/data/b", "value": "2"]]
            let json = try await plane.send(
                "PATCH", "\(maps)/a", operations, type: "application/json-patch+json")
            #expect(json.json["data"] == ["a": "1", "b": "2"])
            let strategic = try await plane.send(
                "PATCH", "\(maps)/a", ["data": ["a": nil]],
                type: "application/strategic-merge-patch+json")
            #expect(strategic.json["data"] == ["b": "2"])
            let failed: JSON = [["op": "test", "path": "/data/b", "value": "3"]]
            let test = try await plane.send(
                "PATCH", "\(maps)/a", failed, type: "application/json-patch+json")
            #expect(test.status == 422)
            let unknown = try await plane.send("PATCH", "\(maps)/a", [:], type: "text/plain")
            #expect(unknown.status == 415)
        }
    }

    @Test func `the copies of a JSON patch are bounded`() async throws {
        try await Plane.with { plane in
            let text = JSON.string(String(repeating: "x", count: 300_000))
            try await plane.create(maps, Samples.configMap("a", ["text": text]))
            let copies = (0..<11).map { index -> JSON in
                ["op": "copy", "from": "/data", "path": .string("/copy\(index)")]
            }
            let refused = try await plane.send(
                "PATCH", "\(maps)/a", .array(copies), type: "application/json-patch+json")
            #expect(refused.status == 422)
            #expect(refused.reason == "Invalid")
        }
    }

    @Test func `server-side apply creates, merges, conflicts and forces`() async throws {
        try await Plane.with { plane in
            let path = "\(maps)/a"
            let created = try await plane.apply(
                path, Samples.configMap("a", ["x": "1"]), manager: "one")
            #expect(created.status == 201)
            let merged = try await plane.apply(
                path, Samples.configMap("a", ["y": "2"]), manager: "two")
            #expect(merged.json["data"] == ["x": "1", "y": "2"])
            let conflict = try await plane.apply(
                path, Samples.configMap("a", ["x": "3"]), manager: "two")
            #expect(conflict.status == 409)
            #expect(
                conflict.message
                    == "Apply failed with 1 conflict: conflict with \"one\": .data.x")
            #expect(
                conflict.json["details"]?["causes"]?[0]?["reason"] == "FieldManagerConflict")
            let forced = try await plane.apply(
                path, Samples.configMap("a", ["x": "3"]), manager: "two", force: true)
            #expect(forced.json["data"] == ["x": "3"])
            let again = try await plane.apply(
                path, Samples.configMap("a", ["x": "3"]), manager: "two")
            #expect(again.version == forced.version)
            let nobody = try await plane.send(
                "PATCH", path, Samples.configMap("a"), type: "application/apply-patch+yaml")
            #expect(
                nobody.message.hasSuffix(
                    "fieldManager: Required value: is required for apply patch"))
        }
    }

    @Test func `a dry run stores nothing`() async throws {
        try await Plane.with { plane in
            let created = try await plane.create("\(maps)?dryRun=All", Samples.configMap("a"))
            #expect(created.status == 201)
            #expect(try await plane.get("\(maps)/a").status == 404)
            try await plane.create(maps, Samples.configMap("a"))
            let patched = try await plane.merge("\(maps)/a?dryRun=All", ["data": ["a": "2"]])
            #expect(patched.json["data"] == ["a": "2"])
            #expect(try await plane.get("\(maps)/a").json["data"] == ["a": "1"])
            #expect(try await plane.send("DELETE", "\(maps)/a?dryRun=All").status == 200)
            #expect(try await plane.get("\(maps)/a").status == 200)
            #expect(try await plane.send("DELETE", "\(maps)/a?dryRun=Some").status == 422)
        }
    }

    @Test func `an object over the limit is refused`() async throws {
        try await Plane.with { plane in
            let big = String(repeating: "x", count: ControlPlaneLimits.dataBytes + 1)
            let answer = try await plane.create(
                maps, Samples.configMap("a", ["big": .string(big)]))
            #expect(answer.status == 422)
            try await plane.create(Samples.definitions, Samples.definition)
            var widget = Samples.widget("w")
            let blob = String(repeating: "x", count: ControlPlaneLimits.objectBytes)
            widget[["metadata", "annotations", "k"]] = "v"
            widget["status"] = [:]
            try await plane.create(Samples.widgets, widget)
            let status = try await plane.merge(
                "\(Samples.widgets)/w/status", ["status": ["blob": .string(blob)]])
            #expect(status.status == 413)
            #expect(status.reason == "RequestEntityTooLarge")
        }
    }

    @Test func `only who holds the token is answered`() async throws {
        try await Plane.with { plane in
            for token in [nil, "", "wrong", Plane.token + "x"] {
                let answer = try await plane.send("GET", "/api/v1/namespaces", token: token)
                #expect(answer.status == 401)
                #expect(answer.reason == "Unauthorized")
            }
            for path in ["/healthz", "/livez", "/readyz", "/version"] {
                #expect(try await plane.send("GET", path, token: nil).status == 200)
            }
            #expect(try await plane.send("GET", "/openapi/v2", token: nil).status == 401)
        }
    }

    @Test func `secrets take plain text and keep it encoded`() async throws {
        try await Plane.with { plane in
            let answer = try await plane.create(
                "/api/v1/namespaces/default/secrets",
                [
                    "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "s"],
                    "stringData": ["p": "q"],
                ])
            #expect(answer.json["data"] == ["p": "cQ=="])
            #expect(answer.json["type"] == "Opaque")
            #expect(answer.json["stringData"] == nil)
        }
    }
}
