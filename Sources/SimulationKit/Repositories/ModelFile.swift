import Crypto
import Git
import Values
import YAML

/// A definition in a file of a simulated repository, as its author means it.
struct ModelManifest: Sendable, Hashable {
    var kind: String
    var name: String
    var spec: JSON
    /// Whether its author wants it kept when no file gives it any more.
    var isKept = false

    /// The object by kind and name, as inventories list it.
    var id: String { "\(kind)/\(name)" }

    fileprivate var json: JSON {
        var json = Workload.object(kind, name, spec)
        json["metadata"] = ["name": .string(name), "labels": ["example.com/of": .string(kind)]]
        if isKept {
            json["metadata"]?["annotations"] = ["orchestrator.llm/prune": "disabled"]
        }
        return json
    }
}

/// A file of a simulated commit: its definitions, what is wrong with it, and its text.
struct ModelFile: Sendable, Hashable {
    /// What can be wrong with a file.
    enum Fault: String, Sendable, CaseIterable {
        /// It is no YAML.
        case syntax
        /// A definition more has tasks that wait for each other.
        case cycle
        /// A document more is of a kind that git does not give.
        case kind
    }

    let manifests: [ModelManifest]
    let fault: Fault?
    let bytes: [UInt8]
    let blob: GitObjectID

    init(_ manifests: [ModelManifest], fault: Fault? = nil) {
        self.manifests = manifests
        self.fault = fault
        bytes = Array(ModelFile.text(manifests, fault).utf8)
        blob = ModelFile.id(of: bytes)
    }

    /// What it gives, in spite of what is wrong with it.
    var given: [ModelManifest] { fault == .syntax ? [] : manifests }

    /// The definition whose tasks wait for each other.
    fileprivate static let brokenID = "Workflow/broken"

    private static func text(_ manifests: [ModelManifest], _ fault: Fault?) -> String {
        var documents = manifests.map(\.json)
        switch fault {
        case .cycle?:
            let tasks = ["a": "b", "b": "a"].sorted { $0.key < $1.key }.map { id, other -> JSON in
                ["id": .string(id), "type": "transform", "dependsOn": [.string(other)]]
            }
            documents.append(Workload.object("Workflow", "broken", ["tasks": .array(tasks)]))
        case .kind?: documents.append(Workload.object("WorkflowRun", "stray", ["inputs": [:]]))
        case .syntax?, nil: break
        }
        let text = YAMLWriter.text(ofDocuments: documents)
        return fault == .syntax ? "\(text)\nunfinished: [" : text
    }

    /// The name of something that a repository holds.
    static func id(of bytes: [UInt8]) -> GitObjectID {
        guard let id = GitObjectID(String(Digest(of: bytes).hexadecimal.prefix(40))) else {
            preconditionFailure("a digest has 64 digits")
        }
        return id
    }
}

/// A commit of a simulated repository.
struct ModelCommit: Sendable, Hashable {
    let id: GitObjectID
    let time: Timestamp
    let files: [String: ModelFile]

    /// The files below a folder, in order of their paths.
    func files(under path: String) -> [(path: String, file: ModelFile)] {
        files.filter { path.isEmpty || $0.key.hasPrefix("\(path)/") }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The objects below a folder that say what they are and are not to be used.
    func refused(under path: String) -> Set<String> {
        let hasCycle = files(under: path).contains { $0.file.fault == .cycle }
        return hasCycle ? [ModelFile.brokenID] : []
    }

    /// What the files below a folder give, by object; more than one where several files do.
    func given(under path: String) -> [String: [(path: String, manifest: ModelManifest)]] {
        var given: [String: [(path: String, manifest: ModelManifest)]] = [:]
        for (path, file) in files(under: path) {
            for manifest in file.given { given[manifest.id, default: []].append((path, manifest)) }
        }
        return given
    }
}
