import SQLite
import TestSupport
import Testing
import Values

@testable import ControlPlane

/// Deletion: finalizers, owners, namespaces.
@Suite struct CollectionTests {
    private let maps = Samples.configMaps

    private func child(_ name: String, of owner: Plane.Answer, blocks: Bool = false) -> JSON {
        var body = Samples.configMap(name)
        body[["metadata", "ownerReferences"]] = [
            [
                "apiVersion": "v1", "kind": "ConfigMap", "blockOwnerDeletion": .bool(blocks),
                "name": owner.json["metadata"]?["name"] ?? "",
                "uid": owner.json["metadata"]?["uid"] ?? "",
            ]
        ]
        return body
    }

    @Test func `an object with finalizers waits for them`() async throws {
        try await Plane.with { plane in
            var body = Samples.configMap("a")
            body[["metadata", "finalizers"]] = ["example.com/hold"]
            try await plane.create(maps, body)
            let deleted = try await plane.send("DELETE", "\(maps)/a")
            #expect(deleted.json["metadata"]?["deletionTimestamp"] != nil)
            let more = try await plane.merge(
                "\(maps)/a", ["metadata": ["finalizers": ["example.com/hold", "example.com/b"]]])
            #expect(more.status == 422)
            let released = try await plane.merge(
                "\(maps)/a", ["metadata": ["finalizers": nil]])
            #expect(released.status == 200)
            #expect(try await plane.get("\(maps)/a").status == 404)
        }
    }

    @Test func `dependents follow their owner in the background`() async throws {
        try await Plane.with { plane in
            let owner = try await plane.create(maps, Samples.configMap("owner"))
            let first = try await plane.create(maps, child("child", of: owner))
            try await plane.create(maps, child("grandchild", of: first))
            try await plane.send("DELETE", "\(maps)/owner")
            _ = try await plane.eventually("\(maps)/grandchild") { $0.status == 404 }
            #expect(try await plane.get("\(maps)/child").status == 404)
        }
    }

    @Test func `an owner in the foreground goes after those that block it`() async throws {
        try await Plane.with { plane in
            let owner = try await plane.create(maps, Samples.configMap("owner"))
            var body = child("child", of: owner, blocks: true)
            body[["metadata", "finalizers"]] = ["example.com/hold"]
            try await plane.create(maps, body)
            let deleted = try await plane.send(
                "DELETE", "\(maps)/owner", ["propagationPolicy": "Foreground"])
            #expect(deleted.json["metadata"]?["finalizers"] == ["foregroundDeletion"])
            _ = try await plane.eventually("\(maps)/child") {
                $0.json["metadata"]?["deletionTimestamp"] != nil
            }
            #expect(try await plane.get("\(maps)/owner").status == 200)
            _ = try await plane.merge("\(maps)/child", ["metadata": ["finalizers": nil]])
            _ = try await plane.eventually("\(maps)/owner") { $0.status == 404 }
        }
    }

    @Test func `orphans stay, without their owner`() async throws {
        try await Plane.with { plane in
            let owner = try await plane.create(maps, Samples.configMap("owner"))
            try await plane.create(maps, child("child", of: owner))
            try await plane.send("DELETE", "\(maps)/owner", ["propagationPolicy": "Orphan"])
            _ = try await plane.eventually("\(maps)/owner") { $0.status == 404 }
            let child = try await plane.get("\(maps)/child")
            #expect(child.status == 200)
            #expect(child.json["metadata"]?["ownerReferences"] == nil)
        }
    }

    @Test func `an object of an owner that never was is collected`() async throws {
        try await Plane.with { plane in
            let other = try await plane.create(maps, Samples.configMap("other"))
            var body = child("child", of: other)
            body[["metadata", "ownerReferences", .index(0), "uid"]] = "nobody"
            try await plane.create(maps, body)
            _ = try await plane.eventually("\(maps)/child") { $0.status == 404 }
        }
    }

    @Test func `a namespace takes its contents along and takes no more in`() async throws {
        try await Plane.with { plane in
            try await plane.create(
                "/api/v1/namespaces",
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"]])
            let inside = "/api/v1/namespaces/team/configmaps"
            var held = Samples.configMap("held")
            held[["metadata", "finalizers"]] = ["example.com/hold"]
            try await plane.create(inside, held)
            try await plane.create(inside, Samples.configMap("plain"))
            let deleted = try await plane.send("DELETE", "/api/v1/namespaces/team")
            #expect(deleted.json["status"]?["phase"] == "Terminating")
            _ = try await plane.eventually("\(inside)/plain") { $0.status == 404 }
            let late = try await plane.create(inside, Samples.configMap("late"))
            #expect(late.status == 403)
            #expect(
                late.message == "configmaps \"late\" is forbidden: unable to create new content "
                    + "in namespace team because it is being terminated")
            _ = try await plane.merge("\(inside)/held", ["metadata": ["finalizers": nil]])
            _ = try await plane.eventually("/api/v1/namespaces/team") { $0.status == 404 }
        }
    }

    @Test(arguments: ["default", "kube-public", "kube-system"])
    func `a namespace that clients count on cannot be deleted`(name: String) async throws {
        try await Plane.with { plane in
            let answer = try await plane.send("DELETE", "/api/v1/namespaces/\(name)")
            #expect(answer.status == 403)
            #expect(answer.reason == "Forbidden")
            #expect(
                answer.message
                    == "namespaces \"\(name)\" is forbidden: this namespace may not be deleted")
            let left = try await plane.get("/api/v1/namespaces/\(name)")
            #expect(left.json["metadata"]?["deletionTimestamp"] == nil)
        }
    }

    @Test func `a replacement does not take off what holds a namespace`() async throws {
        try await Plane.with { plane in
            let namespace: JSON = [
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"],
            ]
            let path = "/api/v1/namespaces/team"
            try await plane.create("/api/v1/namespaces", namespace)
            let replaced = try await plane.send("PUT", path, namespace)
            #expect(replaced.json["spec"] == ["finalizers": ["kubernetes"]])
            var held = Samples.configMap("held")
            held[["metadata", "finalizers"]] = ["example.com/hold"]
            try await plane.create("\(path)/configmaps", held)
            try await plane.send("DELETE", path)
            let ending = try await plane.send("PUT", path, namespace)
            #expect(ending.json["spec"] == ["finalizers": ["kubernetes"]])
            #expect(try await plane.get(path).status == 200)
            _ = try await plane.merge("\(path)/configmaps/held", ["metadata": ["finalizers": nil]])
            _ = try await plane.eventually(path) { $0.status == 404 }
        }
    }

    @Test func `what holds a namespace is changed by finalizing it`() async throws {
        try await Plane.with { plane in
            var namespace: JSON = [
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"],
            ]
            try await plane.create("/api/v1/namespaces", namespace)
            namespace["spec"] = ["finalizers": ["example.com/hold"]]
            let path = "/api/v1/namespaces/team/finalize"
            let finalized = try await plane.send("PUT", path, namespace)
            #expect(finalized.json["spec"] == ["finalizers": ["example.com/hold"]])
        }
    }

    @Test(arguments: [[:], ["finalizers": []]] as [JSON])
    func `a namespace that was finalized before it is deleted ends with what is in it`(
        spec: JSON
    ) async throws {
        try await Plane.with { plane in
            var namespace: JSON = [
                "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"],
            ]
            let path = "/api/v1/namespaces/team"
            try await plane.create("/api/v1/namespaces", namespace)
            var held = Samples.configMap("held")
            held[["metadata", "finalizers"]] = ["example.com/hold"]
            try await plane.create("\(path)/configmaps", held)
            namespace["spec"] = spec
            let finalized = try await plane.send("PUT", "\(path)/finalize", namespace)
            #expect(finalized.json["spec"] == spec)
            try await plane.send("DELETE", path)
            #expect(try await plane.get("\(path)/configmaps/held").status == 200)
            _ = try await plane.merge("\(path)/configmaps/held", ["metadata": ["finalizers": nil]])
            _ = try await plane.eventually(path) { $0.status == 404 }
        }
    }

    @Test func `what a deletion began goes on after writes that failed`() async throws {
        let directory = try TemporaryDirectory()
        try await Plane.with(directory: directory.path) { plane in
            let path = "/api/v1/namespaces/team"
            try await plane.create(
                "/api/v1/namespaces",
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "team"]])
            try await plane.create("\(path)/configmaps", Samples.configMap("a"))
            let fault = try RefusedDeletion(of: "a", in: directory)
            try await plane.send("DELETE", path)
            try await awaited("a failed look") { plane.controlPlane.collector.failedCount > 0 }
            #expect(try await plane.get("\(path)/configmaps/a").status == 200)
            try fault.end()
            _ = try await plane.eventually(path) { $0.status == 404 }
            try await awaited("the end of looks") { plane.controlPlane.collector.failedCount == 0 }
        }
    }

    @Test func `an owner in the foreground goes when its last dependent is let go`() async throws {
        let directory = try TemporaryDirectory()
        try await Plane.with(directory: directory.path) { plane in
            let owner = try await plane.create(maps, Samples.configMap("owner"))
            try await plane.create(maps, child("child", of: owner, blocks: true))
            let fault = try RefusedDeletion(of: "child", in: directory)
            try await plane.send("DELETE", "\(maps)/owner", ["propagationPolicy": "Foreground"])
            try await awaited("a failed look") { plane.controlPlane.collector.failedCount > 0 }
            _ = try await plane.merge("\(maps)/child", ["metadata": ["ownerReferences": nil]])
            _ = try await plane.eventually("\(maps)/owner") { $0.status == 404 }
            #expect(try await plane.get("\(maps)/child").status == 200)
            try fault.end()
        }
    }
}

/// Has the store of a plane refuse to delete the objects of a name.
private struct RefusedDeletion {
    private let file: String

    init(of name: String, in directory: TemporaryDirectory) throws {
        file = directory.file("control-plane.sqlite")
        try SQLiteDatabase(.file(file)).execute(
            """
            CREATE TRIGGER refusal BEFORE INSERT ON revisions
            WHEN NEW.change = 'DELETED' AND instr(CAST(NEW.body AS TEXT), '"name":"\(name)"') > 0
            BEGIN SELECT RAISE(ABORT, 'refused'); END
            """)
    }

    func end() throws { try SQLiteDatabase(.file(file)).execute("DROP TRIGGER refusal") }
}
