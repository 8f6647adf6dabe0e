import Values

/// The words by which a repository's objects are known.
enum RepositoryWords {
    static let label = "orchestrator.llm/repository"
    static let uid = "orchestrator.llm/repository-uid"
    static let prune = "orchestrator.llm/prune"
    /// The name that authors of more than one repository use.
    static let shared = "shared"
    /// Failures that pass by themselves.
    static let transient = "ApiUnavailable"
    static let foreign = "OwnedByOtherRepository"
    /// The reason where a repository that gave something gives nothing.
    static let nothingFound = "NothingFound"
}

/// A repository as its authors have it before them: the files of each branch.
struct RepositoryDraft: Sendable {
    static let branches = [SimulatedRemote.mainBranch, "next"]
    private static let maximumManifests = 5
    private static let names = ["a", "b", "c", "d", "e", "f"]

    let name: String
    let url: String
    private let stem: String
    /// Whether its object is there.
    var isThere = false
    /// The branch that is worked on.
    var branch = RepositoryDraft.branches[0]
    private var trees: [String: [String: ModelFile]] = [:]
    private var count = 0

    init(number: Int) {
        // One name is longer than a label may be.
        name = "repository-\(number)" + String(repeating: "-long", count: number * 12)
        url = "https://git.simulated/\(number)"
        stem = number == 0 ? "red" : "blue"
    }

    /// The files of the branch.
    var files: [String: ModelFile] { trees[branch] ?? [:] }

    private var paths: [String] { files.keys.sorted() }

    private var places: [(path: String, index: Int)] {
        paths.flatMap { path in (files[path]?.manifests ?? []).indices.map { (path, $0) } }
    }

    private mutating func set(
        _ path: String, _ manifests: [ModelManifest], _ fault: ModelFile.Fault?
    ) {
        trees[branch, default: [:]][path] =
            manifests.isEmpty && fault == nil ? nil : ModelFile(manifests, fault: fault)
    }

    private mutating func newPath(_ random: RandomStream) -> String {
        count += 1
        return "\(random.chance(0.7) ? "flows" : "other")/file-\(count).yaml"
    }

    private func manifest(_ name: String, _ spec: JSON) -> ModelManifest {
        // The kind goes by the name, so that one name is one object.
        ModelManifest(kind: name.hasSuffix("e") ? "Template" : "Workflow", name: name, spec: spec)
    }

    private mutating func put(_ manifest: ModelManifest, _ random: RandomStream) {
        let path = random.chance(0.4) && !paths.isEmpty ? random.pick(paths) : newPath(random)
        set(path, (files[path]?.manifests ?? []) + [manifest], files[path]?.fault)
    }

    mutating func add(_ spec: JSON, _ random: RandomStream) -> UserAction? {
        let known = Set(places.compactMap { files[$0.path]?.manifests[$0.index].name })
        let free = RepositoryDraft.names.map { "\(stem)-\($0)" }.filter { !known.contains($0) }
        guard known.count < RepositoryDraft.maximumManifests, !free.isEmpty else { return nil }
        put(manifest(random.pick(free), spec), random)
        return .commitAdd
    }

    mutating func claim(_ spec: JSON, _ random: RandomStream) -> UserAction? {
        let name = "\(RepositoryWords.shared)\(random.chance(0.3) ? "-e" : "")"
        let isKnown = places.contains { files[$0.path]?.manifests[$0.index].name == name }
        guard !isKnown else { return nil }
        put(manifest(name, spec), random)
        return .commitClaim
    }

    mutating func duplicate(_ spec: JSON, _ random: RandomStream) -> UserAction? {
        guard let place = places.isEmpty ? nil : random.pick(places),
            let present = files[place.path]?.manifests[place.index]
        else { return nil }
        let path = newPath(random)
        set(path, [manifest(present.name, random.chance(0.7) ? spec : present.spec)], nil)
        return .commitDuplicate
    }

    private mutating func change(
        _ random: RandomStream, _ body: (inout ModelManifest) -> Void
    ) -> Bool {
        guard let place = places.isEmpty ? nil : random.pick(places), let file = files[place.path]
        else { return false }
        var manifests = file.manifests
        body(&manifests[place.index])
        set(place.path, manifests, file.fault)
        return true
    }

    mutating func edit(_ spec: JSON, _ random: RandomStream) -> UserAction? {
        change(random) { $0.spec = spec } ? .commitEdit : nil
    }

    mutating func keep(_ random: RandomStream) -> UserAction? {
        change(random) { $0.isKept.toggle() } ? .commitKeep : nil
    }

    mutating func rename(_ random: RandomStream) -> UserAction? {
        guard let path = paths.isEmpty ? nil : random.pick(paths), let file = files[path]
        else { return nil }
        set(path, [], nil)
        set(newPath(random), file.manifests, file.fault)
        return .commitRename
    }

    mutating func move(_ random: RandomStream) -> UserAction? {
        guard let place = places.isEmpty ? nil : random.pick(places), let file = files[place.path]
        else { return nil }
        var manifests = file.manifests
        let moved = manifests.remove(at: place.index)
        set(place.path, manifests, file.fault)
        put(moved, random)
        return .commitMove
    }

    mutating func remove(_ random: RandomStream) -> UserAction? {
        guard let place = places.isEmpty ? nil : random.pick(places), let file = files[place.path]
        else { return nil }
        var manifests = file.manifests
        manifests.remove(at: place.index)
        set(place.path, random.chance(0.5) ? manifests : [], nil)
        return .commitDelete
    }

    mutating func breakFile(_ random: RandomStream) -> UserAction? {
        guard let path = paths.isEmpty ? nil : random.pick(paths), let file = files[path]
        else { return nil }
        set(path, file.manifests, random.pick(ModelFile.Fault.allCases))
        return .commitBroken
    }

    /// Puts right whatever is wrong with the files.
    mutating func mend() -> UserAction? {
        var known: Set<String> = []
        var isMended = false
        for path in paths {
            guard let file = files[path] else { continue }
            let manifests = file.manifests.filter { known.insert($0.name).inserted }
            guard manifests.count != file.manifests.count || file.fault != nil else { continue }
            set(path, manifests, nil)
            isMended = true
        }
        return isMended ? .commitMend : nil
    }
}
