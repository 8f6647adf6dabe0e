import HTTP
import Synchronization
import Values

/// The laws of single requests: conditional writes, reads after unknown outcomes, one worker a key.
extension LawBook {
    /// The last write of a process to a part of an object.
    struct OwnWrite {
        let uid: String?
        let version: Int64

        /// Whether a write says that it is of another object of the same name: one that was deleted
        /// since is written in vain and not over what is there.
        func isOther(than write: JSON) -> Bool {
            guard let wanted = write["metadata"]?["uid"]?.stringValue, let uid else { return false }
            return wanted != uid
        }
    }

    /// A process sends a request.
    func sent(_ route: Route, _ body: [UInt8], by host: Host) {
        if route.verb.isWrite, !WriteKind.all.contains(route.kind) {
            violated(22, "\(route.kind) is none of the writes that an operator makes")
        }
        guard route.verb.isWrite, isOurs(route) else {
            if !route.verb.isWrite { noteRead(route, by: host) }
            return
        }
        if String(decoding: body, as: UTF8.self).contains(ScriptedExecutor.canary) {
            violated(35, "\(route.kind) \(route.name) carries a secret")
        }
        guard let json = try? JSON(parsing: body) else { return }
        checkGitWrite(route, json, by: host)
        let version = LawBook.version(in: json)
        let key = "\(host.number) \(route.objectPath)"
        // What is told of a run, and that it is archived, is noted beside its progress by others.
        let writer = LawBook.writer(route, json)
        if route.subresource == "status" {
            if version == nil {
                violated(22, "\(route.kind) \(route.name) says no version")
            }
            let count = state.withLock { state in
                state.writing[key + writer, default: 0] += 1
                return state.writing[key + writer] ?? 0
            }
            if count > 1 { violated(26, "\(count) writes of \(route.objectPath) at once") }
        }
        if route.verb == .delete, json["preconditions"]?["uid"] == nil {
            violated(22, "\(route.kind) \(route.name) says no UID")
        }
        // The parts of an object are written by different controllers, which each go by their own.
        let part = LawBook.part(key, route, writer)
        let (known, isBlind, isAgain) = state.withLock { state in
            let isAgain =
                state.lastBodies.updateValue(body.hashValue, forKey: part)
                == body.hashValue
            return (
                state.written[part].flatMap { $0.isOther(than: json) ? nil : $0.version },
                state.unknown.contains("\(key) \(LawBook.action(route, json))"), isAgain
            )
        }
        // A watch that leaves changes out takes a cache past a write that it has not seen.
        if let version, let known, version < known, !isAgain, !host.hasMissed(known, of: route) {
            violated(
                23, "\(route.kind) \(route.name) is made on version \(version), after \(known)")
        }
        // A create that is sent again has the same name, a conditional write the same version, and a
        // wish is the same wish: what must not be repeated would happen twice. What is kept as a
        // result may be kept twice.
        let isSameAgain =
            json["spec"]?["desiredState"] != nil || json["spec"]?["purpose"] == "Result"
        let isNamed = route.verb == .delete && json["preconditions"]?["uid"] != nil
        if isBlind, version == nil, route.verb != .create, !isSameAgain, !isNamed {
            violated(5, "\(route.kind) \(route.name) is sent again without a look")
        }
    }

    /// The version that a write is made on, also where it is one of operations that tests it first.
    private static func version(in body: JSON) -> Int64? {
        let test = body.arrayValue?.first { $0["path"] == "/metadata/resourceVersion" }
        return (body["metadata"]?["resourceVersion"] ?? test?["value"])?.stringValue
            .flatMap { Int64($0) }
    }

    /// Which of the controllers that write an object, or its status, writes it.
    private static func writer(_ route: Route, _ body: JSON) -> String {
        guard route.subresource == "status" else { return action(route, body) }
        let fields = body["status"]?.objectValue?.keys.map { String($0) } ?? []
        return ["notifications", "conditions"].first { fields == [$0] } ?? ""
    }

    private static func part(_ key: String, _ route: Route, _ writer: String) -> String {
        "\(key) \(route.subresource ?? "") \(writer)"
    }

    /// What a write does: a repository's controller applies whole objects, or has operations take their
    /// place, and others change parts of them.
    private static func action(_ route: Route, _ body: JSON) -> String {
        guard route.verb == .patch, body["kind"] != nil || body.arrayValue != nil else {
            return route.kind
        }
        return "apply \(route.kind)"
    }

    private func noteRead(_ route: Route, by host: Host) {
        let prefix = "\(host.number) \(route.objectPath) "
        state.withLock { state in
            guard !state.unknown.isEmpty else { return }
            state.unknown = state.unknown.filter { !$0.hasPrefix(prefix) }
        }
    }

    /// A process has an answer to a request, or learns that it has none.
    func answered(
        _ route: Route, _ body: [UInt8], _ result: Result<Reply, HTTPError>, to host: Host
    ) {
        noteLook(route, result, by: host)
        guard route.verb.isWrite, isOurs(route) else { return }
        let key = "\(host.number) \(route.objectPath)"
        var version: Int64?
        var uid: String?
        var ended: String?
        var isUnknown = false
        switch result {
        case .success(let reply) where reply.isSuccess:
            let object = (try? JSON(parsing: reply.body)) ?? .null
            version = object["metadata"]?["resourceVersion"]?.stringValue.flatMap { Int64($0) }
            uid = object["metadata"]?["uid"]?.stringValue
            let status = object["status"]
            if RunWords.endings.contains(status?["reason"]?.stringValue ?? "")
                || RunWords.ends.contains(status?["phase"]?.stringValue ?? "")
            {
                ended = uid
            }
        case .success(let reply): isUnknown = reply.status >= 500
        case .failure(let error): isUnknown = error.outcomeUnknown
        }
        let written = (try? JSON(parsing: body)) ?? .null
        let writer = LawBook.writer(route, written)
        state.withLock { state in
            if route.subresource == "status" { state.writing[key + writer, default: 1] -= 1 }
            let part = LawBook.part(key, route, writer)
            if let version, version > state.written[part]?.version ?? 0 {
                state.written[part] = LawBook.OwnWrite(uid: uid, version: version)
            }
            if let ended { state.runs[ended]?.endingSeenBy.insert(host.number) }
            if isUnknown { state.unknown.insert("\(key) \(LawBook.action(route, written))") }
        }
    }

    /// Whether the laws are about objects of this kind: not about leases and events.
    func isOurs(_ route: Route) -> Bool { route.hasStatus }
}
