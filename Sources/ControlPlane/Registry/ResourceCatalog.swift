internal import Values

/// All kinds that are served, as discovery lists them and requests find them.
///
/// A value: one request works with one catalog, whatever is defined meanwhile.
struct ResourceCatalog: Sendable {
    /// A group with its versions, the preferred first.
    struct Group: Sendable {
        let name: String
        let versions: [String]

        func groupVersion(_ version: String) -> String {
            name.isEmpty ? version : "\(name)/\(version)"
        }
    }

    let groups: [Group]
    private let resources: [String: [APIResource]]
    private let unserved: [CollectionKey: APIResource]

    /// - Parameter defined: the kinds that objects may be of, beside those that are served.
    init(_ all: [APIResource], defined: [APIResource] = []) {
        var resources: [String: [APIResource]] = [:]
        var versions: [String: Set<String>] = [:]
        for resource in all {
            resources[resource.groupVersion, default: []].append(resource)
            versions[resource.group, default: []].insert(resource.version)
        }
        self.resources = resources.mapValues { $0.sorted { $0.plural < $1.plural } }
        unserved = Dictionary(
            defined.map { ($0.collection, $0) }, uniquingKeysWith: { first, _ in first })
        groups = versions.keys.sorted().map { group in
            Group(
                name: group,
                versions: versions[group, default: []].sorted(by: ResourceCatalog.isPreferred))
        }
    }

    func group(_ name: String) -> Group? { groups.first { $0.name == name } }

    func serves(group: String, version: String) -> Bool {
        self.group(group)?.versions.contains(version) ?? false
    }

    /// The kinds of a group version, in order of their plurals.
    func resources(group: String, version: String) -> [APIResource] {
        resources[group.isEmpty ? version : "\(group)/\(version)"] ?? []
    }

    func resource(group: String, version: String, plural: String) -> APIResource? {
        resources(group: group, version: version).first { $0.plural == plural }
    }

    /// Every kind in every version.
    var all: [APIResource] {
        groups.flatMap { group in
            group.versions.flatMap { resources(group: group.name, version: $0) }
        }
    }

    /// The kind in the version its objects are stored in, or in one that is served; nil where
    /// nothing defines it.
    func stored(_ collection: CollectionKey) -> APIResource? {
        let served = (group(collection.group)?.versions ?? []).compactMap {
            resource(group: collection.group, version: $0, plural: collection.plural)
        }
        return served.first { $0.version == $0.storageVersion } ?? served.first
            ?? unserved[collection]
    }

    /// Whether one version comes before another: stable, then beta, then alpha, the newest first.
    ///
    /// Source: Kubernetes, "Versions in CustomResourceDefinitions", version priority.
    static func isPreferred(_ first: String, _ second: String) -> Bool {
        switch (VersionPriority(first), VersionPriority(second)) {
        case (let first?, let second?): first > second
        case (nil, nil): first < second
        case (let first, _): first != nil
        }
    }
}

/// The parts of a version such as `v2beta1`, greater for the one to prefer.
private struct VersionPriority: Comparable {
    let stability: Int
    let major: Int
    let minor: Int

    init?(_ text: String) {
        guard text.first == "v" else { return nil }
        let body = text.dropFirst()
        let major = body.prefix { $0.isASCII && $0.isNumber }
        guard let majorNumber = Int(major) else { return nil }
        self.major = majorNumber
        let rest = body.dropFirst(major.count)
        if rest.isEmpty {
            (stability, minor) = (3, 0)
        } else if rest.hasPrefix("beta"), let number = Int(rest.dropFirst(4)) {
            (stability, minor) = (2, number)
        } else if rest.hasPrefix("alpha"), let number = Int(rest.dropFirst(5)) {
            (stability, minor) = (1, number)
        } else {
            return nil
        }
    }

    static func < (first: VersionPriority, second: VersionPriority) -> Bool {
        (first.stability, first.major, first.minor)
            < (second.stability, second.major, second.minor)
    }
}
