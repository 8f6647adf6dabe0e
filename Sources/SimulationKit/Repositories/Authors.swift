import Git
import HTTP
import Kubernetes
import Synchronization
import Values

/// What people do with repositories: they commit, change what is read, and meddle with what was given.
final class Authors: Sendable {
    static let repositories = "apis/orchestrator.llm/v1/workflowrepositories"
    private static let path = "\(Workload.group)/workflowrepositories"

    /// Where the numbers of the definitions begin that come from repositories.
    private static let firstModel = 10_000

    private struct State {
        var drafts: [RepositoryDraft]
        var definitions: DefinitionGenerator
    }

    private let cluster: Cluster
    private let random: RandomStream
    private let state: Mutex<State>

    init(_ cluster: Cluster, _ features: Features) {
        self.cluster = cluster
        let seed = cluster.world.seed
        random = RandomStream(seed: seed, concern: 41)
        state = Mutex(
            State(
                drafts: (0..<features.repositories).map { RepositoryDraft(number: $0) },
                definitions: DefinitionGenerator(
                    random: RandomStream(seed: seed, concern: 42), features: features,
                    rare: RandomStream(seed: seed, concern: 43), startingAt: Authors.firstModel)))
    }

    private var drafts: [RepositoryDraft] { state.withLock(\.drafts) }

    /// Has the repositories be made, and people do something with them now and then.
    func schedule(for duration: Duration) {
        for index in drafts.indices {
            for branch in RepositoryDraft.branches {
                change(index, branch: branch) { draft in
                    for _ in 0...random.below(3) { _ = draft.add(definition(), random) }
                    return .commitAdd
                }
            }
            cluster.world.clock.after(random.duration(.zero...duration * 0.4)) { [self] in
                create(index)
            }
        }
        guard !drafts.isEmpty else { return }
        for moment in stride(from: 0.5, to: Double(duration.components.seconds), by: 0.8) {
            cluster.world.clock.after(.seconds(moment)) { [self] in look() }
        }
    }

    private func definition() -> JSON {
        let model = state.withLock { state -> ModelDefinition in
            var model = state.definitions.next(isPlain: random.chance(0.7))
            model.isSuspended = random.chance(0.1)
            return model
        }
        cluster.world.models.add(model)
        return model.spec
    }

    /// Changes the files of a repository, and commits them.
    private func change(
        _ index: Int, branch: String? = nil, _ body: (inout RepositoryDraft) -> UserAction?
    ) {
        var draft = drafts[index]
        draft.branch = branch ?? draft.branch
        guard let action = body(&draft) else { return }
        cluster.noteUser(action)
        cluster.world.remote.commit(
            draft.files, to: draft.url, draft.branch, at: cluster.world.epoch)
        draft.branch = branch == nil ? draft.branch : RepositoryDraft.branches[0]
        put(draft, index)
    }

    private func put(_ draft: RepositoryDraft, _ index: Int) {
        state.withLock { $0.drafts[index] = draft }
    }

    private func create(_ index: Int) {
        var draft = drafts[index]
        var spec: JSON = [
            "url": .string(draft.url), "interval": .string("\(1 + random.below(9))s"),
            "timeout": "30s", "ref": ["branch": .string(RepositoryDraft.branches[0])],
        ]
        if random.chance(0.3) { spec["path"] = "flows" }
        if random.chance(0.2) { spec["prune"] = false }
        let reply = cluster.server.asUser(
            .post, Authors.path, Workload.object("WorkflowRepository", draft.name, spec))
        guard reply.isSuccess else { return }
        cluster.noteUser(.createRepository)
        draft.isThere = true
        put(draft, index)
    }

    private func patch(_ draft: RepositoryDraft, _ body: JSON, _ action: UserAction) {
        cluster.noteUser(action)
        cluster.server.asUser(.patch, "\(Authors.path)/\(draft.name)", body)
    }
}

extension Authors {
    private func look() {
        guard !cluster.world.faults.isHealed, random.chance(0.5) else { return }
        let index = random.below(drafts.count)
        switch random.below(10) {
        case 0...5: write(index)
        case 6...7: configure(index)
        default: meddle(drafts[index])
        }
    }

    /// A commit of some kind.
    private func write(_ index: Int) {
        let other = random.chance(0.15) ? RepositoryDraft.branches[1] : nil
        if random.chance(0.1) {
            let branch = other ?? RepositoryDraft.branches[0]
            cluster.noteUser(.forcePush)
            cluster.world.remote.reset(drafts[index].url, branch, to: random.below(100))
            return
        }
        change(index, branch: other) { draft in
            switch random.below(12) {
            case 0...1: draft.edit(definition(), random)
            case 2...3: draft.add(definition(), random)
            case 4: draft.rename(random)
            case 5: draft.move(random)
            case 6...7: draft.remove(random)
            case 8: draft.breakFile(random)
            case 9: draft.duplicate(definition(), random)
            case 10: draft.claim(definition(), random)
            default: random.chance(0.5) ? draft.keep(random) : draft.mend()
            }
        }
    }

    /// A change of the repository's object.
    private func configure(_ index: Int) {
        var draft = drafts[index]
        guard draft.isThere else {
            create(index)
            return
        }
        switch random.below(8) {
        case 0: patch(draft, ["spec": ["suspend": true]], .suspendRepository)
        case 1...2: patch(draft, ["spec": ["suspend": false]], .resumeRepository)
        case 3: patch(draft, ["spec": ["ref": reference(of: draft)]], .changeReference)
        case 4:
            let path = random.pick([JSON.null, "flows", "other"])
            patch(draft, ["spec": ["path": path]], .changePath)
        case 5:
            let interval = JSON.string("\(1 + random.below(12))s")
            patch(draft, ["spec": ["interval": interval]], .changeInterval)
        case 6:
            patch(draft, ["spec": ["prune": .bool(random.chance(0.5))]], .togglePrune)
        default:
            if random.chance(0.6) {
                let word = JSON.string("\(cluster.world.clock.now)")
                patch(
                    draft,
                    ["metadata": ["annotations": ["orchestrator.llm/reconcile-at": word]]],
                    .requestSync)
                return
            }
            cluster.noteUser(.deleteRepository)
            cluster.server.asUser(.delete, "\(Authors.path)/\(draft.name)")
            draft.isThere = false
            put(draft, index)
        }
    }

    private func reference(of draft: RepositoryDraft) -> JSON {
        let main = RepositoryDraft.branches[0]
        if random.chance(0.2), let old = cluster.world.remote.history(draft.url, main).first {
            return ["commit": .string(old.id.hexadecimal), "branch": .null]
        }
        return ["branch": .string(random.pick(RepositoryDraft.branches)), "commit": .null]
    }

    /// Somebody changes by hand what a repository gave.
    private func meddle(_ draft: RepositoryDraft) {
        let owned = ["workflows", "templates"].flatMap { plural in
            cluster.server.objects("apis/orchestrator.llm/v1/\(plural)")
                .filter { $0.value["metadata"]?["labels"]?[RepositoryWords.label] != nil }
                .keys.sorted().map { "\(Workload.group)/\(plural)/\($0.name)" }
        }
        guard !owned.isEmpty else { return }
        let path = random.pick(owned)
        switch random.below(5) {
        case 0:
            cluster.noteUser(.deleteOwned)
            cluster.server.asUser(.delete, path)
        case 1:
            cluster.noteUser(.releaseOwned)
            let labels: JSON = [RepositoryWords.label: .null]
            cluster.server.asUser(.patch, path, ["metadata": ["labels": labels]])
        case 2:
            cluster.noteUser(.editOwned)
            cluster.server.asUser(.patch, path, ["spec": ["config": ["maxParallel": 1]]])
        case 3:
            cluster.noteUser(.editOwned)
            cluster.server.asUser(.patch, path, ["spec": Workload.replacing(definition())])
        default:
            cluster.noteUser(.editOwned)
            cluster.server.asUser(.patch, path, ["spec": ["suspend": true]])
        }
    }

    /// Puts most of it right once faults have stopped.
    func settle() {
        for index in drafts.indices {
            if random.chance(0.8) {
                for branch in RepositoryDraft.branches {
                    change(index, branch: branch) { $0.mend() }
                }
            }
            if drafts[index].isThere, random.chance(0.8) {
                patch(drafts[index], ["spec": ["suspend": false]], .resumeRepository)
            }
        }
    }
}
