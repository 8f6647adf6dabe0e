import GitOps
import Testing
import Values

@Suite struct SyncPlanTests {
    private func digest(_ number: UInt8) -> Digest {
        Digest(sha256: [UInt8](repeating: number, count: 32))
    }

    private func resource(_ name: String, _ path: String, _ version: UInt8 = 1) -> DesiredResource {
        DesiredResource(
            kind: "Workflow", name: name, path: path,
            json: ["spec": ["version": .integer(Int64(version))]], digest: digest(version))
    }

    private func present(
        _ version: UInt8, repository: String? = "repo", edited: Bool = false, isKept: Bool = false,
        isMarked: Bool = true
    ) -> SyncPlan.Observed {
        SyncPlan.Observed(
            digest: digest(version), repository: repository,
            spec: ["version": .integer(edited ? 99 : Int64(version))], isKept: isKept,
            isMarked: isMarked)
    }

    private func id(_ name: String) -> InventoryID { InventoryID(kind: "Workflow", name: name) }

    private func entry(_ name: String, _ path: String) -> InventoryEntry {
        InventoryEntry(id: id(name), path: path, digest: digest(1))
    }

    private func plan(
        _ resources: [DesiredResource], refused: RefusedSources = RefusedSources(),
        inventory: [InventoryEntry] = [],
        prunes: Bool = true, observed: [InventoryID: SyncPlan.Observed] = [:]
    ) -> SyncPlan {
        SyncPlan(
            repository: "repo", resources: resources, refused: refused, inventory: inventory,
            prunes: prunes, observed: observed)
    }

    private func refused(_ path: String) -> RefusedSources {
        var refused = RefusedSources()
        refused.add(path, isLegible: false)
        return refused
    }

    @Test func `only what changed is applied`() {
        let plan = plan(
            [resource("a", "a.yaml"), resource("b", "b.yaml", 2), resource("c", "c.yaml")],
            inventory: [entry("a", "a.yaml"), entry("b", "b.yaml")],
            observed: [id("a"): present(1), id("b"): present(1)])
        #expect(plan.applied.map(\.name) == ["b", "c"])
        #expect(plan.unchanged.map(\.name) == ["a"])
        #expect(plan.pruned.isEmpty)
    }

    @Test func `of two files that give one object the one that gave it before stands`() {
        let plan = plan(
            [resource("a", "added.yaml", 2), resource("a", "old.yaml")],
            inventory: [entry("a", "old.yaml")], observed: [id("a"): present(1)])
        #expect(plan.applied.isEmpty)
        #expect(plan.unchanged.map(\.path) == ["old.yaml"])
        #expect(plan.failures.map(\.path) == ["added.yaml"])
    }

    @Test func `a number is the same with a point and without`() {
        let written = DesiredResource(
            kind: "Workflow", name: "a", path: "a.yaml",
            json: ["spec": ["factor": 2.0, "list": [1.0]]], digest: digest(1))
        let stored = SyncPlan.Observed(
            digest: digest(1), repository: "repo", spec: ["factor": 2, "list": [1]], isKept: false)
        let plan = plan(
            [written], inventory: [entry("a", "a.yaml")], observed: [id("a"): stored])
        #expect(plan.isEmpty)
    }

    @Test func `what was changed by hand is put back`() {
        let plan = plan(
            [resource("a", "a.yaml")], inventory: [entry("a", "a.yaml")],
            observed: [id("a"): present(1, edited: true)])
        #expect(plan.applied.map(\.name) == ["a"])
    }

    /// A repository of the same name gave it, or a release that marked less.
    @Test func `what does not bear all marks is marked by the next sync`() {
        let plan = plan(
            [resource("a", "a.yaml")], inventory: [entry("a", "a.yaml")],
            observed: [id("a"): present(1, isMarked: false)])
        #expect(plan.applied.map(\.name) == ["a"])
    }

    @Test func `what no file gives any more is pruned`() {
        let observed = [id("a"): present(1), id("kept"): present(1, isKept: true)]
        let inventory = [entry("a", "a.yaml"), entry("kept", "k.yaml"), entry("gone", "g.yaml")]
        let rest = [resource("b", "b.yaml")]
        let plan = plan(rest, inventory: inventory, observed: observed)
        #expect(plan.pruned == [id("a")])
        let kept = self.plan(rest, inventory: inventory, prunes: false, observed: observed)
        #expect(kept.pruned.isEmpty)
    }

    @Test func `a file that cannot be read leaves the last good state in force`() {
        let plan = plan(
            [resource("b", "b.yaml")], refused: refused("a.yaml"),
            inventory: [entry("a", "a.yaml")], observed: [id("a"): present(1)])
        #expect(plan.pruned.isEmpty)
        #expect(plan.retained == [entry("a", "a.yaml")])
        #expect(plan.applied.map(\.name) == ["b"])
    }

    @Test func `an object that moves into a known file which breaks stays`() {
        // a.yaml gave y and z: y is in b.yaml now, where nobody can read it.
        let inventory = [entry("x", "b.yaml"), entry("y", "a.yaml"), entry("z", "a.yaml")]
        let plan = plan(
            [resource("z", "a.yaml")], refused: refused("b.yaml"), inventory: inventory,
            observed: [id("x"): present(1), id("y"): present(1), id("z"): present(1)])
        #expect(plan.isEmpty)
        #expect(plan.retained == Array(inventory.prefix(2)))
        #expect(plan.withheld == [id("y")])
        #expect(plan.unknownPath == "b.yaml")
    }

    @Test func `a file that is renamed with a mistake keeps what it gave`() {
        let inventory = [entry("a", "a.yaml"), entry("gone", "gone.yaml")]
        let observed = [id("a"): present(1), id("gone"): present(1)]
        var refused = RefusedSources()
        refused.add("b.yaml", ids: [id("a")], isLegible: true)
        let legible = plan(
            [resource("c", "c.yaml")], refused: refused, inventory: inventory, observed: observed)
        #expect(legible.retained == [entry("a", "a.yaml")])
        #expect(legible.pruned == [id("gone")])
        // Nobody can say what is in it, so it may be anything that was there.
        let illegible = plan(
            [resource("c", "c.yaml")], refused: self.refused("b.yaml"), inventory: inventory,
            observed: observed)
        #expect(illegible.pruned.isEmpty)
        #expect(illegible.retained == inventory)
        #expect(illegible.withheld == [id("a"), id("gone")])
        #expect(illegible.unknownPath == "b.yaml")
    }

    @Test func `a directory that becomes a link keeps what its files gave`() {
        let inventory = [entry("a", "flows/deep/a.yaml"), entry("b", "flowsy/b.yaml")]
        let plan = plan(
            [resource("c", "c.yaml")], refused: refused("flows"), inventory: inventory,
            observed: [id("a"): present(1), id("b"): present(1)])
        #expect(plan.retained == inventory)
        #expect(plan.withheld == [id("b")])
    }

    @Test func `nothing is pruned where no file gives anything`() {
        let plan = plan([], inventory: [entry("a", "a.yaml")], observed: [id("a"): present(1)])
        #expect(plan.isEmpty)
        #expect(plan.withheld == [id("a")])
        #expect(plan.retained == [entry("a", "a.yaml")])
        #expect(plan.unknownPath == nil)
        // What somebody deleted by hand is no loss.
        let empty = self.plan([], inventory: [entry("a", "a.yaml")])
        #expect(empty.withheld.isEmpty && empty.retained.isEmpty)
    }

    @Test func `an object that moved to another file is not pruned`() {
        let plan = plan(
            [resource("a", "new.yaml")], inventory: [entry("a", "old.yaml")],
            observed: [id("a"): present(1)])
        #expect(plan.isEmpty)
    }

    @Test func `of two files with one object the first stands and the second is told`() {
        let plan = plan([resource("a", "2.yaml"), resource("a", "1.yaml")])
        #expect(plan.applied.map(\.path) == ["1.yaml"])
        #expect(plan.failures.map(\.path) == ["2.yaml"])
    }

    @Test func `another repository's object is left alone`() {
        let plan = plan(
            [resource("a", "a.yaml")], inventory: [entry("x", "x.yaml")],
            observed: [
                id("a"): present(1, repository: "other"), id("x"): present(1, repository: nil),
            ])
        #expect(plan.isEmpty)
        #expect(plan.failures.map(\.code) == ["OwnedByOtherRepository"])
    }

    @Test func `law 15, path independence: the plan after v1 and v2 ends where v2 alone ends`() {
        let v2 = [resource("a", "a.yaml", 2), resource("c", "c.yaml")]
        let fresh = plan(v2)
        let after = plan(
            v2, inventory: [entry("a", "a.yaml"), entry("b", "b.yaml")],
            observed: [id("a"): present(1), id("b"): present(1)])
        #expect(Set(fresh.applied) == Set(after.applied + after.unchanged))
        #expect(after.pruned == [id("b")])
    }

    @Test func `inventory entries survive a round trip`() {
        #expect(InventoryEntry(entry("a", "x/a.yaml").json) == entry("a", "x/a.yaml"))
        #expect(InventoryID("no-slash") == nil)
    }
}
