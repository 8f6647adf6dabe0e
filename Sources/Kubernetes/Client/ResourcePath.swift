internal import HTTP

/// The path of a collection or object, each part percent-encoded.
enum ResourcePath {
    /// The path of a collection: of one namespace, or of all when that is nil.
    static func collection(_ type: ResourceType, namespace: String?) throws(KubernetesError)
        -> String
    {
        var path = type.group.isEmpty ? "/api/" : "/apis/\(PercentEncoding.encode(type.group))/"
        path += PercentEncoding.encode(type.version)
        if type.namespaced, let namespace {
            path += "/namespaces/\(try segment(namespace, "namespace", of: type))"
        }
        return path + "/\(PercentEncoding.encode(type.plural))"
    }

    /// The path of one object or of its subresource.
    static func object(
        _ type: ResourceType, _ key: ObjectKey, subresource: String? = nil
    ) throws(KubernetesError) -> String {
        // An empty name would name the whole collection, and a delete would empty it.
        var path = try collection(type, namespace: type.namespaced ? key.namespace : nil)
        path += "/\(try segment(key.name, "name", of: type))"
        if let subresource { path += "/\(PercentEncoding.encode(subresource))" }
        return path
    }

    private static func segment(
        _ text: String, _ what: String, of type: ResourceType
    ) throws(KubernetesError) -> String {
        // URL libraries take dots for steps in the tree.
        guard !text.isEmpty, text != ".", text != ".." else {
            throw KubernetesError(
                .badRequest,
                "no object of \(type) can have the \(what) '\(text)'"
                    + (text.isEmpty ? ": it is empty" : ""))
        }
        return PercentEncoding.encode(text)
    }
}
