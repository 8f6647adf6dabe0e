import Values

/// Links files of manifests whose tasks refer to definitions of each other.
///
/// What a file becomes follows from the text of all files, and from nothing that was made of them
/// before: in whatever order they are read, and however often, it is the same. A template with
/// mistakes is a mistake of every definition that refers to it, on whatever way. Cost: each file that
/// refers to definitions is read once, and once more where a template turns out to be wrong.
public struct ManifestLinking {
    /// A file as it was read by itself.
    public struct Source: Sendable {
        /// The path shown in messages.
        public let path: String
        /// Its text, where it refers to definitions.
        public let bytes: [UInt8]
        /// Its definitions.
        public let definitions: [ManifestDefinition]
        /// Whether it refers to definitions.
        public let usesDefinitions: Bool
        /// Whether all that it holds is known.
        public let isLegible: Bool

        /// Makes a source of a file that was read by itself.
        public init(_ file: ManifestFile, bytes: [UInt8]) {
            path = file.path
            self.bytes = file.usesDefinitions ? bytes : []
            definitions = file.definitions
            usesDefinitions = file.usesDefinitions
            isLegible = file.isLegible
        }
    }

    /// A template in its file.
    private struct Key: Hashable {
        let source: Int
        let name: String
    }

    private let sources: [Source]
    private let isStrict: Bool
    /// The place of what stands for each template.
    private var chosen: [String: Key] = [:]
    /// Where the templates are that cannot be used.
    private var refused: [Key: String] = [:]
    private var catalogue = DefinitionCatalogue()

    /// Reads the files that refer to definitions again, with those of all.
    ///
    /// - Parameters:
    ///   - sources: the files as they were read by themselves.
    ///   - unread: a file that may hold any definition, as it could not be read.
    ///   - isStrict: whether a warning is an error.
    ///   - isPreferred: whether a definition stands before others of its kind and name in other
    ///     files; of several such, and of none, that of the first path stands.
    /// - Returns: The files that refer to definitions, by their index among the sources.
    public static func link(
        _ sources: [Source], unread: String? = nil, isStrict: Bool = false,
        isPreferred: (ManifestDefinition, String) -> Bool = { _, _ in false }
    ) -> [Int: ManifestFile] {
        guard sources.contains(where: \.usesDefinitions) else { return [:] }
        var linking = ManifestLinking(sources: sources, isStrict: isStrict)
        linking.catalogue.unread = unread ?? sources.first { !$0.isLegible }?.path
        linking.choose(isPreferred)
        linking.spread()
        let files = linking.read(linking.sources.indices.filter { sources[$0].usesDefinitions })
        guard linking.refuse(in: files) else { return files }
        linking.spread()
        // What is wrong already has been told why: of a circle each would only name the other.
        let affected = files.filter { linking.refersToRefused($0.value, at: $0.key) }.keys.sorted()
        return files.merging(linking.read(affected)) { _, new in new }
    }

    private init(sources: [Source], isStrict: Bool) {
        self.sources = sources
        self.isStrict = isStrict
    }

    /// Chooses what stands for each name, and finds what is wrong whatever others hold.
    private mutating func choose(_ isPreferred: (ManifestDefinition, String) -> Bool) {
        typealias Candidate = (source: Int, definition: ManifestDefinition, rank: Int)
        var candidates: [Candidate] = []
        for (index, source) in sources.enumerated() {
            for definition in source.definitions {
                // What is said of a file that refers to others is known once it is linked.
                let isWrong = definition.hasErrors && !source.usesDefinitions
                if isWrong { refuse(definition, in: index) }
                let rank = isWrong ? 2 : isPreferred(definition, source.path) ? 0 : 1
                candidates.append((index, definition, rank))
            }
        }
        candidates.sort { first, second in
            let (path, other) = (sources[first.source].path, sources[second.source].path)
            return first.rank == second.rank ? path < other : first.rank < second.rank
        }
        for (source, definition, _) in candidates {
            catalogue.add(definition)
            guard definition.kind == "Template", chosen[definition.name] == nil else { continue }
            chosen[definition.name] = Key(source: source, name: definition.name)
        }
    }

    private mutating func refuse(_ definition: ManifestDefinition, in source: Int) {
        guard definition.kind == "Template" else { return }
        let place = "\(sources[source].path):\(definition.position)"
        refused[Key(source: source, name: definition.name)] = place
    }

    /// Refuses the templates of linked files that are wrong; false where there is none.
    private mutating func refuse(in files: [Int: ManifestFile]) -> Bool {
        let before = refused.count
        for (index, file) in files.sorted(by: { $0.key < $1.key }) {
            for definition in file.definitions where definition.hasErrors {
                refuse(definition, in: index)
            }
        }
        return refused.count > before
    }

    /// Refuses whatever refers to what is refused.
    private mutating func spread() {
        var users: [Key: [(Int, ManifestDefinition)]] = [:]
        for (index, source) in sources.enumerated() {
            let own = ownTemplates(of: index)
            for definition in source.definitions where definition.kind == "Template" {
                for name in definition.templates.sorted() {
                    guard let key = key(of: name, in: index, own) else { continue }
                    users[key, default: []].append((index, definition))
                }
            }
        }
        var pending = Array(refused.keys)
        while let next = pending.popLast() {
            for (index, definition) in users[next] ?? [] {
                let key = Key(source: index, name: definition.name)
                guard refused[key] == nil else { continue }
                refuse(definition, in: index)
                pending.append(key)
            }
        }
        for (name, key) in chosen {
            if let place = refused[key] { catalogue.refuse(template: name, at: place) }
        }
    }

    /// Whether a definition of a linked file that is right so far refers to what is refused.
    private func refersToRefused(_ file: ManifestFile, at index: Int) -> Bool {
        let own = ownTemplates(of: index)
        return file.definitions.contains { definition in
            guard !definition.hasErrors else { return false }
            return definition.templates.contains { name in
                key(of: name, in: index, own).map { refused[$0] != nil } ?? false
            }
        }
    }

    private func ownTemplates(of index: Int) -> Set<String> {
        Set(sources[index].definitions.filter { $0.kind == "Template" }.map(\.name))
    }

    /// What a file means by the name of a template: its own before those of others.
    private func key(of name: String, in index: Int, _ own: Set<String>) -> Key? {
        own.contains(name) ? Key(source: index, name: name) : chosen[name]
    }

    private func read(_ indices: [Int]) -> [Int: ManifestFile] {
        var files: [Int: ManifestFile] = [:]
        for index in indices {
            let source = sources[index]
            var known = catalogue
            for definition in source.definitions {
                if let place = refused[Key(source: index, name: definition.name)] {
                    known.refuse(ownTemplate: definition.name, at: place)
                }
            }
            files[index] = ManifestFile(
                source.bytes, path: source.path, isStrict: isStrict, definitions: known)
        }
        return files
    }
}
