import HTTP
import Values

/// What a request to the API asks for, read from its method, path and query.
struct Route: Sendable {
    /// What is done.
    enum Verb: String, Sendable, Hashable, CaseIterable {
        case get, list, watch, create, update, patch, delete
        /// Whether it may change something.
        var isWrite: Bool { self != .get && self != .list && self != .watch }
    }

    /// What is done.
    var verb: Verb
    /// Which objects: the group, version and plural, as in paths.
    var collection: String
    /// The last part of the collection: `workflowruns`.
    var plural: String
    /// The namespace; nil means all.
    var namespace: String?
    /// The object's name; empty for a collection.
    var name: String
    /// The part of the object, as `status`.
    var subresource: String?
    /// What is asked beside that.
    var query: [(name: String, value: String)]

    /// The object in one text, for tables and traces.
    var objectPath: String { "\(plural)/\(namespace ?? "")/\(name)" }

    /// What is written, for tables: `patch workflowruns/status`.
    var kind: String { "\(verb.rawValue) \(plural)\(subresource.map { "/\($0)" } ?? "")" }

    /// Reads a request; nil where its path names nothing of an API.
    init?(_ request: HTTPRequest) {
        guard let start = request.url.firstRange(of: "://"),
            let slash = request.url[start.upperBound...].firstIndex(of: "/")
        else { return nil }
        let target = request.url[slash...]
        let halves = target.split(separator: "?", maxSplits: 1)
        query = halves.count == 2 ? PercentEncoding.decodeQuery(halves[1]) ?? [] : []
        var parts = halves[0].split(separator: "/").map { PercentEncoding.decode($0) ?? "" }[...]
        let head = parts.first == "api" ? 2 : 3
        guard parts.count > head else { return nil }
        let group = parts.prefix(head).joined(separator: "/")
        parts = parts.dropFirst(head)
        if parts.first == "namespaces", parts.count >= 3 {
            namespace = parts[parts.startIndex + 1]
            parts = parts.dropFirst(2)
        }
        plural = parts.removeFirst()
        collection = "\(group)/\(plural)"
        name = parts.popFirst() ?? ""
        subresource = parts.popFirst()
        switch request.method {
        case .get where !name.isEmpty: verb = .get
        case .get: verb = query.contains { $0.name == "watch" } ? .watch : .list
        case .post: verb = .create
        case .put: verb = .update
        case .patch: verb = .patch
        case .delete: verb = .delete
        default: return nil
        }
    }

    /// The value of a query parameter.
    subscript(_ name: String) -> String? { query.first { $0.name == name }?.value }
}
