import Testing
import Values

@testable import ControlPlane

@Suite struct StoreStateTests {
    private let collection = CollectionKey(group: "", plural: "configmaps")

    private func draft(_ name: String, _ value: String = "", labels: JSON = [:]) -> ObjectDraft {
        ObjectDraft([
            "apiVersion": "v1", "kind": "ConfigMap", "data": ["v": .string(value)],
            "metadata": [
                "name": .string(name), "namespace": "n", "uid": .string("uid-\(name)"),
                "labels": labels,
            ],
        ])
    }

    @discardableResult
    private func commit(
        _ state: inout StoreState, _ kind: Write.Kind, _ draft: ObjectDraft
    ) -> WriteOutcome {
        let (changes, outcomes) = state.decide([
            Write(collection: collection, kind: kind, draft: draft)
        ])
        _ = state.commit(changes)
        return outcomes[0]
    }

    @Test func `the resource version is written into the object where it belongs`() throws {
        var state = StoreState(revision: 41, floor: 41)
        commit(&state, .create, draft("a", "x"))
        let object = try #require(state.tables[collection]?[ObjectKey(namespace: "n", name: "a")])
        let json = try object.json()
        #expect(json["metadata"]?["resourceVersion"] == "42")
        #expect(json.bytes == object.bytes)
    }

    @Test func `writes of one batch see those before them`() {
        let state = StoreState(revision: 0, floor: 0)
        let (changes, outcomes) = state.decide([
            Write(collection: collection, kind: .create, draft: draft("a")),
            Write(collection: collection, kind: .create, draft: draft("a")),
            Write(collection: collection, kind: .replace(1), draft: draft("a", "2")),
            Write(collection: collection, kind: .delete(1), draft: draft("a")),
            Write(collection: collection, kind: .delete(2), draft: draft("a")),
            Write(collection: collection, kind: .create, draft: draft("a")),
        ])
        #expect(changes.map(\.kind) == [.added, .modified, .deleted, .added])
        #expect(changes.map(\.revision) == [1, 2, 3, 4])
        let overtaken = outcomes.map { outcome in
            if case .overtaken = outcome { return true }
            return false
        }
        #expect(overtaken == [false, true, false, true, false, false])
    }

    @Test func `a past state is what it was`() throws {
        var state = StoreState(revision: 0, floor: 0)
        for name in ["a", "b", "c"] { commit(&state, .create, draft(name, "old")) }
        commit(&state, .replace(1), draft("a", "new"))
        commit(&state, .delete(2), draft("b"))
        commit(&state, .create, draft("d"))
        let then = try #require(state.objects(of: collection, namespace: nil, at: 3))
        #expect(then.map(\.key.name) == ["a", "b", "c"])
        #expect(try then[0].json()["data"]?["v"] == "old")
        let now = try #require(state.objects(of: collection, namespace: "n", at: nil))
        #expect(now.map(\.key.name) == ["a", "c", "d"])
        #expect(state.objects(of: collection, namespace: "other", at: nil)?.isEmpty == true)
    }

    @Test func `the log forgets the oldest and says so`() {
        var state = StoreState(revision: 0, floor: 0)
        commit(&state, .create, draft("a"))
        var obsolete: Set<Int64> = []
        for revision in 1...Int64(ControlPlaneLimits.retainedChanges + 50) {
            let (changes, _) = state.decide([
                Write(collection: collection, kind: .replace(revision), draft: draft("a"))
            ])
            obsolete.formUnion(state.obsoleteRevisions(after: changes).revisions)
            _ = state.commit(changes)
        }
        #expect(state.log.floor == 51)
        #expect(state.log.changes(after: 50) == nil)
        #expect(state.log.changes(after: 51)?.count == ControlPlaneLimits.retainedChanges)
        #expect(state.objects(of: collection, namespace: nil, at: 50) == nil)
        // Every row that left the log and is not the object's state is given up exactly.
        #expect(obsolete == Set(1...51))
    }

    @Test func `owners lead to their dependents until those are gone`() {
        var state = StoreState(revision: 0, floor: 0)
        let child = ObjectDraft([
            "metadata": [
                "name": "child", "namespace": "n", "uid": "uid-child",
                "ownerReferences": [["uid": "uid-a"]],
            ]
        ])
        commit(&state, .create, child)
        #expect(state.dependents["uid-a"]?.count == 1)
        #expect(state.places["uid-child"]?.key.name == "child")
        commit(&state, .delete(1), child)
        #expect(state.dependents.isEmpty)
        #expect(state.places.isEmpty)
    }

    @Test func `a continue token says where to go on and refuses nonsense`() throws {
        let token = ContinueToken(
            revision: 7, last: ObjectKey(namespace: "n", name: "x"))
        #expect(try ContinueToken(parsing: token.text) == token)
        #expect(throws: APIFailure.self) { try ContinueToken(parsing: "abc") }
    }

    @Test func `nothing comes into a collection whose definition goes in the same batch`() {
        var state = StoreState(revision: 0, floor: 0)
        let kind = CollectionKey(group: "example.com", plural: "widgets")
        func definition(_ deletion: JSON?) -> ObjectDraft {
            var metadata: JSONObject = ["name": "widgets.example.com", "uid": "uid-definition"]
            metadata["deletionTimestamp"] = deletion
            return ObjectDraft(["metadata": .object(metadata)])
        }
        func write(_ kind: Write.Kind, _ draft: ObjectDraft) -> Write {
            Write(collection: BuiltinResources.definitions, kind: kind, draft: draft)
        }
        func widget(_ name: String) -> Write {
            Write(collection: kind, kind: .create, draft: draft(name), needsDefinition: true)
        }
        let (changes, outcomes) = state.decide([
            widget("early"), write(.create, definition(nil)), widget("a"),
            write(.replace(1), definition("2026-01-01T00:00:00Z")), widget("late"),
        ])
        guard case .definitionMissing = outcomes[0], case .written = outcomes[2],
            case .definitionEnding = outcomes[4]
        else {
            Issue.record("\(outcomes)")
            return
        }
        _ = state.commit(changes)
        guard case .definitionEnding = state.decide([widget("later")]).outcomes[0] else {
            Issue.record("a definition that goes takes objects")
            return
        }
    }
}
