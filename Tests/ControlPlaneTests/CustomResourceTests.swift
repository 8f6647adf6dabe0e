import HTTP
import Testing
import Values

@testable import ControlPlane

/// What a client sees of kinds it defined itself.
@Suite struct CustomResourceTests {
    private let widgets = Samples.widgets

    private func withWidgets<Result>(
        _ body: (Plane) async throws -> Result
    ) async throws -> Result {
        try await Plane.with { plane in
            let answer = try await plane.create(Samples.definitions, Samples.definition)
            #expect(answer.status == 201)
            return try await body(plane)
        }
    }

    @Test func `a definition is served when its creation is answered`() async throws {
        try await withWidgets { plane in
            let definition = try await plane.get("\(Samples.definitions)/widgets.example.com")
            let conditions = definition.json["status"]?["conditions"]?.arrayValue ?? []
            #expect(conditions.map { $0["type"] } == ["NamesAccepted", "Established"])
            #expect(conditions.allSatisfy { $0["status"] == "True" })
            #expect(definition.json["status"]?["storedVersions"] == ["v1"])
            let list = try await plane.get("/apis/example.com/v1")
            #expect(
                list.json["resources"]?.arrayValue?.compactMap { $0["name"] }
                    == ["widgets", "widgets/status"])
            #expect(list.json["resources"]?[0]?["shortNames"] == ["wd"])
        }
    }

    @Test func `objects are defaulted, pruned and validated by the schema`() async throws {
        try await withWidgets { plane in
            let created = try await plane.create(
                widgets, Samples.widget("a", ["size": 2, "unknown": 1]))
            #expect(created.status == 201)
            #expect(created.json["spec"] == ["size": 2, "color": "red"])
            #expect(created.headers["Warning"] == "299 - \"unknown field \\\"spec.unknown\\\"\"")
            let strict = try await plane.create(
                "\(widgets)?fieldValidation=Strict", Samples.widget("b", ["size": 2, "x": 1]))
            #expect(strict.status == 400)
            #expect(
                strict.message == "Widget in version \"v1\" cannot be handled as a Widget: strict "
                    + "decoding error: unknown field \"spec.x\"")
            let wrong = try await plane.create(
                widgets, Samples.widget("c", ["size": "big", "color": "green"]))
            #expect(wrong.status == 422)
            let messages = wrong.json["details"]?["causes"]?.arrayValue?.compactMap {
                $0["message"]?.stringValue
            }
            #expect(
                messages?.sorted() == [
                    "Invalid value: \"string\": spec.size in body must be of type integer: "
                        + "\"string\"",
                    "Unsupported value: \"green\": supported values: \"red\", \"blue\"",
                ])
            let missing = try await plane.create(widgets, Samples.widget("d", [:]))
            #expect(
                missing.message
                    == "Widget.example.com \"d\" is invalid: spec.size: Required value")
        }
    }

    @Test func `an object is seen anew once its definition has changed`() async throws {
        try await withWidgets { plane in
            try await plane.create(widgets, Samples.widget("a", ["size": 2]))
            let before = try await plane.merge("\(widgets)/a", ["spec": ["size": 3]])
            #expect(before.json["spec"] == ["size": 3, "color": "red"])
            let definition = "\(Samples.definitions)/widgets.example.com"
            var json = try await plane.get(definition).json
            json[
                [
                    "spec", "versions", .index(0), "schema", "openAPIV3Schema", "properties",
                    "spec", "properties", "color",
                ]] = nil
            #expect(try await plane.send("PUT", definition, json).status == 200)
            let after = try await plane.merge("\(widgets)/a", ["spec": ["size": 4]])
            #expect(after.json["spec"] == ["size": 4])
        }
    }

    @Test func `spec and status have writers of their own`() async throws {
        try await withWidgets { plane in
            var body = Samples.widget("a")
            body["status"] = ["phase": "ignored"]
            let created = try await plane.create(widgets, body)
            #expect(created.json["status"] == nil)
            #expect(created.json["metadata"]?["generation"] == 1)
            let patch: JSON = ["spec": ["size": 9], "status": ["phase": "Running"]]
            let status = try await plane.merge("\(widgets)/a/status", patch)
            #expect(status.json["spec"]?["size"] == 1)
            #expect(status.json["status"] == ["phase": "Running"])
            #expect(status.json["metadata"]?["generation"] == 1)
            let spec = try await plane.merge("\(widgets)/a", patch)
            #expect(spec.json["spec"]?["size"] == 9)
            #expect(spec.json["metadata"]?["generation"] == 2)
            let labelled = try await plane.merge(
                "\(widgets)/a", ["metadata": ["labels": ["x": "y"]], "status": ["phase": "No"]])
            #expect(labelled.json["status"] == ["phase": "Running"])
            #expect(labelled.json["metadata"]?["generation"] == 2)
            let owners = labelled.json["metadata"]?["managedFields"]?.arrayValue ?? []
            #expect(owners.compactMap { $0["subresource"] } == ["status"])
        }
    }

    @Test func `a kind and all its objects go with their definition`() async throws {
        try await withWidgets { plane in
            try await plane.create(widgets, Samples.widget("a"))
            let definition = "\(Samples.definitions)/widgets.example.com"
            #expect(try await plane.send("DELETE", definition).status == 200)
            _ = try await plane.eventually(definition) { $0.status == 404 }
            let gone = try await plane.get(widgets)
            #expect(gone.status == 404)
            try await plane.create(Samples.definitions, Samples.definition)
            #expect(try await plane.get(widgets).json["items"] == [])
        }
    }

    @Test func `a definition that cannot be served is refused with every fault`() async throws {
        try await Plane.with { plane in
            var bad = Samples.definition
            bad[["metadata", "name"]] = "gadgets.example.com"
            bad[["spec", "scope"]] = "Universe"
            bad[["spec", "versions", .index(0), "schema", "openAPIV3Schema", "type"]] = "string"
            let answer = try await plane.create(Samples.definitions, bad)
            #expect(answer.status == 422)
            let fields = answer.json["details"]?["causes"]?.arrayValue?.compactMap { $0["field"] }
            #expect(
                fields == [
                    "metadata.name", "spec.scope", "spec.versions[0].schema.openAPIV3Schema.type",
                ])
        }
    }

    @Test func `names that are taken are not accepted twice`() async throws {
        try await withWidgets { plane in
            var other = Samples.definition
            other[["metadata", "name"]] = "gizmos.example.com"
            other[["spec", "names"]] = ["plural": "gizmos", "kind": "Widget"]
            let answer = try await plane.create(Samples.definitions, other)
            #expect(answer.status == 201)
            #expect(answer.json["status"]?["conditions"]?[0]?["status"] == "False")
            #expect(answer.json["status"]?["conditions"]?[0]?["reason"] == "KindConflict")
        }
    }

    @Test func `a kind that goes takes nothing new`() async throws {
        try await withWidgets { plane in
            var held = Samples.widget("held")
            held[["metadata", "finalizers"]] = ["example.com/hold"]
            try await plane.create(widgets, held)
            let definition = "\(Samples.definitions)/widgets.example.com"
            try await plane.send("DELETE", definition)
            let late = try await plane.create(widgets, Samples.widget("late"))
            #expect(late.status == 405)
            #expect(late.reason == "MethodNotAllowed")
            #expect(
                late.message
                    == "create not allowed while custom resource definition is terminating")
            let applied = try await plane.apply(
                "\(widgets)/later", Samples.widget("later"), manager: "one")
            #expect(applied.status == 405)
            _ = try await plane.merge("\(widgets)/held", ["metadata": ["finalizers": nil]])
            _ = try await plane.eventually(definition) { $0.status == 404 }
        }
    }

    @Test func `objects of a kind that nobody serves go with their definition`() async throws {
        try await withWidgets { plane in
            try await plane.create(widgets, Samples.widget("a"))
            try await stopServing(plane)
            let definition = "\(Samples.definitions)/widgets.example.com"
            try await plane.send("DELETE", definition)
            _ = try await plane.eventually(definition) { $0.status == 404 }
            try await plane.create(Samples.definitions, Samples.definition)
            #expect(try await plane.get(widgets).json["items"] == [])
        }
    }

    @Test func `objects of a kind that nobody serves go with their namespace`() async throws {
        try await withWidgets { plane in
            let namespace = "/api/v1/namespaces/team"
            try await plane.create(
                "/api/v1/namespaces",
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"]])
            let created = try await plane.create(
                "/apis/example.com/v1/namespaces/team/widgets", Samples.widget("a"))
            #expect(created.status == 201)
            try await stopServing(plane)
            try await plane.send("DELETE", namespace)
            _ = try await plane.eventually(namespace) { $0.status == 404 }
        }
    }

    private func stopServing(_ plane: Plane) async throws {
        let definition = "\(Samples.definitions)/widgets.example.com"
        var json = try await plane.get(definition).json
        json[["spec", "versions", .index(0), "served"]] = false
        #expect(try await plane.send("PUT", definition, json).status == 200)
        #expect(try await plane.get(widgets).status == 404)
    }

    @Test func `a replacement names the version that it was made from`() async throws {
        try await withWidgets { plane in
            let created = try await plane.create(widgets, Samples.widget("a"))
            let refusal =
                "widgets.example.com \"a\" is invalid: metadata.resourceVersion: "
                + "Invalid value: 0x0: must be specified for an update"
            for path in ["\(widgets)/a", "\(widgets)/a/status"] {
                let blind = try await plane.send("PUT", path, Samples.widget("a", ["size": 2]))
                #expect(blind.status == 422)
                #expect(blind.message == refusal)
            }
            let patched = try await plane.merge(
                "\(widgets)/a", ["metadata": ["resourceVersion": nil], "spec": ["size": 2]])
            #expect(patched.message == refusal)
            var seen = Samples.widget("a", ["size": 2])
            seen[["metadata", "resourceVersion"]] = .string(created.version)
            #expect(try await plane.send("PUT", "\(widgets)/a", seen).status == 200)
            #expect(try await plane.send("PUT", "\(widgets)/a", seen).status == 409)
            let missing = try await plane.send("PUT", "\(widgets)/b", Samples.widget("b"))
            #expect(missing.status == 404)
        }
    }

    @Test func `who applies a status owns it`() async throws {
        func widget(_ status: JSON) -> JSON {
            var widget = Samples.widget("a")
            widget["spec"] = nil
            widget["status"] = status
            return widget
        }
        try await withWidgets { plane in
            try await plane.create(widgets, Samples.widget("a"))
            let path = "\(widgets)/a/status"
            let first = try await plane.apply(path, widget(["x": 1, "y": 2]), manager: "one")
            #expect(first.json["status"] == ["x": 1, "y": 2])
            let owners = first.json["metadata"]?["managedFields"]?.arrayValue ?? []
            let owner = owners.first { $0["subresource"] == "status" }
            #expect(owner?["manager"] == "one")
            #expect(owner?["operation"] == "Apply")
            let second = try await plane.apply(path, widget(["x": 1]), manager: "one")
            #expect(second.json["status"] == ["x": 1])
            let other = try await plane.apply(path, widget(["x": 2]), manager: "two")
            #expect(other.status == 409)
        }
    }
}
