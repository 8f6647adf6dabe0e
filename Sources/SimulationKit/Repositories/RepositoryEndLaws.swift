import Git
import Kubernetes
import Synchronization
import Values

/// The laws of repositories at the end: the cluster is as the heads of their branches say.
extension LawBook {
    /// Whether every repository was looked at since faults have stopped.
    func repositoriesHaveSettled(_ server: SimulatedServer) -> Bool {
        guard world.features.repositories > 0 else { return true }
        let fetches = state.withLock(\.repositories.fetches)
        return server.objects(Authors.repositories).values.map { KubernetesObject($0) }
            .allSatisfy { repository in
                guard !repository.isDeleting,
                    repository.status["observedGeneration"]?.integerValue == repository.generation
                else { return false }
                return repository.spec["suspend"] == true
                    || fetches[repository.uid ?? "", default: 0] >= 2
            }
    }

    func checkRepositories(_ server: SimulatedServer) {
        guard world.features.repositories > 0 else { return }
        let repositories = server.objects(Authors.repositories).sorted { $0.key < $1.key }
            .map { KubernetesObject($0.value) }
        let given = RepositoryRecords.given.sorted { $0.key < $1.key }.flatMap { plural, _ in
            server.objects("apis/orchestrator.llm/v1/\(plural)").sorted { $0.key < $1.key }
                .map { KubernetesObject($0.value) }
        }
        for repository in repositories {
            if repository.isDeleting {
                violated(13, "\(repository.key) is still being deleted")
            } else if repository.spec["suspend"] != true {
                check(repository, given, repositories)
            }
        }
        checkOrphans(given, Set(repositories.map(\.labelAsRepository)))
    }

    /// What a repository gave that is gone went with it, where it was to.
    private func checkOrphans(_ given: [KubernetesObject], _ names: Set<String>) {
        let records = state.withLock(\.repositories)
        for object in given {
            guard let name = object.givenBy, !names.contains(name), !object.isKeptByAnnotation,
                let uid = object.annotation(RepositoryWords.uid),
                let owner = records.repositories[uid], owner.prunes
            else { continue }
            violated(15, "\(object.kind)/\(object.name) has outlived \(name), which gave it")
        }
    }

    private func check(
        _ repository: KubernetesObject, _ given: [KubernetesObject], _ live: [KubernetesObject]
    ) {
        let ref = repository.spec["ref"]
        let reference: GitReference =
            ref?["commit"]?.stringValue.map { .commit($0) }
            ?? ref?["branch"]?.stringValue.map { .branch($0) } ?? .defaultBranch
        let path = repository.spec["path"]?.stringValue ?? ""
        let url = repository.spec["url"]?.stringValue ?? ""
        guard let commit = world.remote.resolve(url, reference)?.commit,
            path.isEmpty || !commit.files(under: path).isEmpty
        else {
            if repository.readyReason?.hasPrefix("Fetch") != true {
                violated(33, "\(repository.name) does not say that there is no such commit or path")
            }
            return
        }
        let judge = RepositoryJudge(
            repository: repository, commit: commit, path: path, objects: given, live: live)
        for (law, problem) in judge.problems { violated(law, "\(repository.name): \(problem)") }
    }
}

extension KubernetesObject {
    /// Why the object is ready, or is not.
    var readyReason: String? {
        (status["conditions"]?.arrayValue ?? []).first { $0["type"] == "Ready" }?["reason"]?
            .stringValue
    }
}
