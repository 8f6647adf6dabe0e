internal import POSIX
internal import Values
internal import YAML

/// The kubeconfig files of one load, merged as kubectl merges them.
///
/// Of two files that set the same thing, the earlier stands: for clusters, users and contexts that
/// is the whole entry of a name. Relative paths are meant from the directory of their file.
///
/// Source: k8s.io/client-go/tools/clientcmd/loader.go, `ClientConfigLoadingRules`.
struct Kubeconfig {
    /// One named entry, and the file it stands in.
    struct Entry {
        let fields: JSON
        let file: String
        let place: String
    }

    private(set) var clusters: [String: Entry] = [:]
    private(set) var users: [String: Entry] = [:]
    private(set) var contexts: [String: Entry] = [:]
    private(set) var currentContext: String?
    private(set) var files: [String] = []

    /// Reads a file and adds what earlier files did not set.
    mutating func add(file: String) throws(KubernetesError) {
        let bytes: [UInt8]
        do {
            bytes = try FileSystem.read(
                file, maximumBytes: KubernetesLimits.maximumConfigurationBytes)
        } catch {
            throw KubernetesError(.configuration, "cannot load the kubeconfig: \(error)")
        }
        let documents: [YAMLDocument]
        do {
            documents = try YAMLStream.parse(bytes)
        } catch {
            throw KubernetesError(
                .configuration,
                "cannot load the kubeconfig \(file):\(error.position): \(error.message)")
        }
        try add(documents.first?.json ?? .null, file: file)
    }

    mutating func add(_ json: JSON, file: String) throws(KubernetesError) {
        files.append(file)
        // An empty file is an empty configuration.
        if json.isNull { return }
        guard json.objectValue != nil else {
            throw Kubeconfig.invalid(file, "", "must be an object and is \(json.kindName)")
        }
        if let kind = json["kind"]?.stringValue, kind != "Config" {
            throw Kubeconfig.invalid(file, "kind", "must be Config and is \(kind)")
        }
        if currentContext == nil, let name = json["current-context"]?.stringValue, !name.isEmpty {
            currentContext = name
        }
        try Kubeconfig.merge(json, "clusters", "cluster", file, into: &clusters)
        try Kubeconfig.merge(json, "users", "user", file, into: &users)
        try Kubeconfig.merge(json, "contexts", "context", file, into: &contexts)
    }

    private static func merge(
        _ json: JSON, _ list: String, _ member: String, _ file: String,
        into entries: inout [String: Entry]
    ) throws(KubernetesError) {
        guard let value = json[list], !value.isNull else { return }
        guard let elements = value.arrayValue else {
            throw invalid(file, list, "must be a list and is \(value.kindName)")
        }
        for (index, element) in elements.enumerated() {
            let place = "\(list)[\(index)]"
            guard let name = element["name"]?.stringValue, !name.isEmpty else {
                throw invalid(file, "\(place).name", "is missing")
            }
            let fields = element[member] ?? .null
            guard fields.isNull || fields.objectValue != nil else {
                throw invalid(
                    file, "\(place).\(member)", "must be an object and is \(fields.kindName)")
            }
            guard entries[name] == nil else { continue }
            entries[name] = Entry(fields: fields, file: file, place: "\(place).\(member)")
        }
    }

    static func invalid(_ file: String, _ field: String, _ problem: String) -> KubernetesError {
        KubernetesError(
            .configuration,
            "cannot use the kubeconfig \(file): \(field.isEmpty ? "it" : field) \(problem)")
    }
}

extension Kubeconfig.Entry {
    /// The string of a field; nil where it is absent or empty.
    func string(_ name: String) throws(KubernetesError) -> String? {
        guard let value = fields[name], !value.isNull else { return nil }
        guard let text = value.stringValue else {
            throw invalid(name, "must be a string and is \(value.kindName)")
        }
        return text.isEmpty ? nil : text
    }

    func bool(_ name: String) throws(KubernetesError) -> Bool {
        guard let value = fields[name], !value.isNull else { return false }
        guard let flag = value.boolValue else {
            throw invalid(name, "must be true or false and is \(value.kindName)")
        }
        return flag
    }

    /// The path of a field, from the directory of the file where it is relative.
    func path(_ name: String) throws(KubernetesError) -> String? {
        guard let path = try string(name) else { return nil }
        guard !path.hasPrefix("/") else { return path }
        guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
        return file[...slash] + path
    }

    /// The bytes of `NAME-data` in Base64, or else of the file that `NAME` names.
    func bytes(_ name: String) throws(KubernetesError) -> [UInt8]? {
        if let text = try string("\(name)-data") {
            guard let bytes = Base64.decode(text) else {
                throw invalid("\(name)-data", "is not Base64")
            }
            return bytes
        }
        guard let path = try path(name) else { return nil }
        do {
            return try FileSystem.read(
                path, maximumBytes: KubernetesLimits.maximumConfigurationBytes)
        } catch {
            throw invalid(name, "names a file that cannot be used: \(error)")
        }
    }

    func invalid(_ name: String, _ problem: String) -> KubernetesError {
        Kubeconfig.invalid(file, "\(place).\(name)", problem)
    }
}
