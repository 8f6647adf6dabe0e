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
}
