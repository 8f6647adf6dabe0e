import Schemas
import Testing
import Values

@testable import ControlPlane

@Suite struct FieldOwnershipTests {
    private let type: FieldType = .resource(
        .object(
            "",
            [
                "spec": .object(
                    "",
                    [
                        "size": .integer(""), "color": .string(""),
                        "parts": .array(
                            "",
                            of: .object("", ["name": .string(""), "count": .integer("")]),
                            keys: ["name"]),
                        "set": .array("", of: .string(""), listType: .set),
                        "atomic": .array("", of: .string("")),
                        "labels": .map("", of: .string("")),
                    ])
            ]))

    private func manager(
        _ name: String, _ operation: FieldManager.Operation = .apply
    ) -> FieldManager {
        FieldManager(name: name, operation: operation, apiVersion: "v1", subresource: "")
    }

    private func object(_ spec: JSON) -> JSON {
        ["apiVersion": "v1", "kind": "T", "metadata": ["name": "t"], "spec": spec]
    }

    @Test func `a set keeps which of its inner nodes are paths themselves`() {
        var set = FieldSet()
        set.insert(FieldPath(["f:a", "f:b"]))
        #expect(!set.contains(FieldPath(["f:a"])))
        set.insert(FieldPath(["f:a"]))
        #expect(JSON.object(set.tree) == ["f:a": [".": [:], "f:b": [:]]])
        set.remove(FieldPath(["f:a", "f:b"]))
        #expect(JSON.object(set.tree) == ["f:a": [:]])
        set.insert(FieldPath(["f:a", "f:c", "f:d"]))
        set.remove(FieldPath(["f:a"]))
        #expect(JSON.object(set.tree) == ["f:a": ["f:c": ["f:d": [:]]]])
        set.remove(FieldPath(["f:a", "f:c", "f:d"]))
        #expect(set.isEmpty)
    }

    @Test func `a configuration's fields follow the schema's lists and maps`() {
        let set = FieldSet(
            of: object([
                "size": 1, "parts": [["name": "a", "count": 2]], "set": ["x"], "atomic": ["y"],
                "labels": ["k": "v"],
            ]), type)
        #expect(
            JSON.object(set.tree) == [
                "f:spec": [
                    "f:size": [:], "f:atomic": [:],
                    "f:parts": [
                        "k:{\"name\":\"a\"}": [".": [:], "f:name": [:], "f:count": [:]]
                    ],
                    "f:set": ["v:\"x\"": [:]], "f:labels": ["f:k": [:]],
                ]
            ])
    }

    @Test func `an update owns what it changed and takes it from others`() {
        var ownership = FieldOwnership()
        let (first, second) = (object(["size": 1, "color": "red"]), object(["size": 2]))
        ownership.recordUpdate(
            from: object([:]), to: first, type: type, by: manager("a", .update), at: "1")
        ownership.recordUpdate(
            from: first, to: second, type: type, by: manager("b", .update), at: "2")
        #expect(ownership.entries.map(\.manager.name) == ["b"])
        #expect(JSON.object(ownership.entries[0].fields.tree) == ["f:spec": ["f:size": [:]]])
    }

    @Test func `applying merges, and what is no longer applied goes`() throws {
        var ownership = FieldOwnership()
        var live = object([:])
        live = try ownership.apply(
            object(["size": 1, "parts": [["name": "a"], ["name": "b"]]]), to: live, type: type,
            by: manager("one"), force: false, at: "1", defaulting: { $0 })
        live = try ownership.apply(
            object(["parts": [["name": "c", "count": 3]]]), to: live, type: type,
            by: manager("two"), force: false, at: "2", defaulting: { $0 })
        #expect(
            live["spec"]?["parts"]
                == [["name": "a"], ["name": "b"], ["name": "c", "count": 3]])
        live = try ownership.apply(
            object(["parts": [["name": "b"]]]), to: live, type: type, by: manager("one"),
            force: false, at: "3", defaulting: { $0 })
        #expect(live["spec"] == ["parts": [["name": "b"], ["name": "c", "count": 3]]])
    }

    @Test func `a field two managers apply stays until both let it go`() throws {
        var ownership = FieldOwnership()
        var live = object([:])
        for name in ["one", "two"] {
            live = try ownership.apply(
                object(["size": 1]), to: live, type: type, by: manager(name), force: false,
                at: "1", defaulting: { $0 })
        }
        live = try ownership.apply(
            object([:]), to: live, type: type, by: manager("one"), force: false, at: "2",
            defaulting: { $0 })
        #expect(live["spec"]?["size"] == 1)
        live = try ownership.apply(
            object([:]), to: live, type: type, by: manager("two"), force: false, at: "3",
            defaulting: { $0 })
        #expect(live["spec"]?["size"] == nil)
    }

    @Test func `conflicts name every manager and field, and force takes them over`() throws {
        var ownership = FieldOwnership()
        let live = try ownership.apply(
            object(["size": 1, "parts": [["name": "a", "count": 1]]]), to: object([:]), type: type,
            by: manager("one"), force: false, at: "1", defaulting: { $0 })
        let wanted = object(["size": 2, "parts": [["name": "a", "count": 2]]])
        let before = ownership
        let failure = #expect(throws: APIFailure.self) {
            _ = try ownership.apply(
                wanted, to: live, type: type, by: manager("two"), force: false, at: "2",
                defaulting: { $0 })
        }
        #expect(ownership == before)
        #expect(
            failure?.message == "Apply failed with 2 conflicts: conflicts with \"one\":\n"
                + "- .spec.parts[name=\"a\"].count\n- .spec.size")
        let forced = try ownership.apply(
            wanted, to: live, type: type, by: manager("two"), force: true, at: "2",
            defaulting: { $0 })
        #expect(forced["spec"]?["size"] == 2)
        #expect(!ownership.entries[0].fields.contains(FieldPath(["f:spec", "f:size"])))
    }

    @Test func `many updaters are put together once there are too many`() {
        var ownership = FieldOwnership()
        var live = object(["labels": [:]])
        for index in 0..<30 {
            var next = live
            next[["spec", "labels", .key("k\(index)")]] = "v"
            ownership.recordUpdate(
                from: live, to: next, type: type, by: manager("m\(index)", .update),
                at: "2026-01-01T00:00:\(index + 10)Z")
            live = next
        }
        #expect(ownership.entries.count <= ControlPlaneLimits.updateManagers)
        #expect(ownership.entries.contains { $0.manager.name == "ancient-changes" })
        let owned = ownership.entries.reduce(FieldSet()) { $0.union($1.fields) }
        #expect(owned.paths.filter { $0.elements.count == 3 }.count == 30)
    }

    @Test func `the entries survive their own JSON`() {
        var ownership = FieldOwnership()
        ownership.recordUpdate(
            from: object([:]), to: object(["size": 1]), type: type, by: manager("a", .update),
            at: "2026-01-01T00:00:00Z")
        let read = FieldOwnership(of: ["metadata": ["managedFields": ownership.json]])
        #expect(read == ownership)
    }
}
