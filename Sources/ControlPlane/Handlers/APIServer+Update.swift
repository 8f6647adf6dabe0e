internal import Schemas
internal import Values

extension APIServer {
    /// Makes the new state of an object from the state now.
    ///
    /// It is given that state, and once more where the kind's schema of today was applied to it.
    typealias Transform = (JSON, _ known: JSON?) throws(APIFailure) -> JSON

    func replace(
        _ request: APIRequest, _ target: ResourceTarget, _ name: String
    ) async throws(APIFailure) -> APIResponse {
        let options = try WriteOptions(request, target, .update)
        var body = try BodyReader.read(request)
        try BodyReader.check(body, is: target.resource)
        try checkName(&body, name)
        let warnings = try admit(&body, target, options)
        let key = target.key(name: name)
        let replacement = body
        var result = try await update(target, key, options) {
            _, _ throws(APIFailure) in
            try checkVersionIsGiven(replacement, target.resource, name)
            return replacement
        }
        result.warnings = warnings
        return try respond(request, target.resource, result)
    }

    /// Refuses a body that is about another object; one without a name is about the one asked for.
    func checkName(_ body: inout JSON, _ name: String) throws(APIFailure) {
        let given = body["metadata"]?["name"]?.stringValue ?? ""
        guard given.isEmpty || given == name else {
            throw .badRequest(
                "the name of the object (\(given)) does not match the name on the URL (\(name))")
        }
        body[["metadata", "name"]] = .string(name)
    }

    /// Refuses a new state that does not say which version it was made from, where its kind asks
    /// for that: whoever writes it would write over what they have not seen.
    func checkVersionIsGiven(
        _ new: JSON, _ resource: APIResource, _ name: String
    ) throws(APIFailure) {
        let version = new["metadata"]?["resourceVersion"]?.stringValue ?? ""
        guard version.isEmpty || version == "0", !resource.allowsUnconditionalUpdate else { return }
        // The real server names the resource where others name the kind, and zero as Go writes it.
        throw .invalid(
            group: resource.group, kind: resource.plural, name: name,
            [
                FieldFault(
                    reason: "FieldValueInvalid", field: "metadata.resourceVersion",
                    message: "Invalid value: 0x0: must be specified for an update")
            ])
    }

    /// Changes an object, again and again where other writers come first.
    func update(
        _ target: ResourceTarget, _ key: ObjectKey, _ options: WriteOptions,
        ownership: FieldOwnership? = nil, _ transform: Transform
    ) async throws(APIFailure) -> WriteResult {
        let resource = target.resource
        for _ in 0..<ControlPlaneLimits.conflictRetries {
            guard let current = store.object(resource.collection, key) else {
                throw .notFound(resource, key.name)
            }
            let old = try json(current, as: resource)
            // What is as it was need not be looked at again, unless the definition changed since.
            var known: JSON?
            if current.schema == resource.schema { known = old }
            var new = try transform(old, known)
            try checkPreconditions(new, old, resource, key)
            try complete(&new, from: old, target, options, knowing: known)
            let result = try await store(new, over: current, old, target, options)
            if let result { return result }
        }
        throw .conflict(resource, key.name)
    }

    /// Refuses a new state that is of another object or made from another version.
    ///
    /// A patch that names no version carries the one it was applied to; tried again after another
    /// write came first, it carries the new one, while a version that was named is refused here.
    private func checkPreconditions(
        _ new: JSON, _ old: JSON, _ resource: APIResource, _ key: ObjectKey
    ) throws(APIFailure) {
        let uid = new["metadata"]?["uid"]?.stringValue ?? ""
        let live = old["metadata"]?["uid"]?.stringValue ?? ""
        guard uid.isEmpty || uid == live else {
            throw .conflict(
                resource, key.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(live)")
        }
        let version = new["metadata"]?["resourceVersion"]?.stringValue ?? ""
        guard !version.isEmpty, version != "0" else { return }
        guard version == old["metadata"]?["resourceVersion"]?.stringValue else {
            throw .conflict(resource, key.name)
        }
    }

    /// Fills in what a writer may not change, checks the rest, and records who owns what.
    func complete(
        _ new: inout JSON, from old: JSON, _ target: ResourceTarget, _ options: WriteOptions,
        knowing known: JSON?
    ) throws(APIFailure) {
        let resource = target.resource
        let time = timeText()
        let given = new["metadata"]?["managedFields"]
        if target.isStatus {
            var object = old
            object["status"] = new["status"]
            // An apply worked out who owns what as it merged.
            if options.manager.operation == .apply {
                object[["metadata", "managedFields"]] = given
            }
            new = object
        } else {
            keepSystemMetadata(&new, of: old)
            if resource.hasStatus { new["status"] = old["status"] }
            if !target.isFinalize { resource.rules.keepFinalizers(&new, of: old) }
            resource.rules.prepareForUpdate(&new, from: old, catalog: catalog, at: time)
        }
        resource.schema.applyDefaults(&new, asResource: true, knowing: known)
        try validate(new, old: old, resource, knowing: known)
        if resource.countsGenerations, APIServer.desired(new) != APIServer.desired(old) {
            let generation = old["metadata"]?["generation"]?.integerValue ?? 0
            new[["metadata", "generation"]] = .integer(generation + 1)
        }
        guard options.manager.operation == .update else { return }
        var ownership = APIServer.ownership(given: given, live: old)
        var (before, after) = (old, new)
        before[["metadata", "managedFields"]] = nil
        after[["metadata", "managedFields"]] = nil
        ownership.recordUpdate(
            from: before, to: after, type: resource.fieldType, by: options.manager, at: time)
        new[["metadata", "managedFields"]] = ownership.json
    }

    /// The owners a write starts from: those it gives, or those the object has.
    ///
    /// One empty entry asks to forget them all.
    private static func ownership(given: JSON?, live: JSON) -> FieldOwnership {
        if case .array(let entries)? = given {
            if entries == [[:]] { return FieldOwnership() }
            if !entries.isEmpty {
                let ownership = FieldOwnership(of: ["metadata": ["managedFields": .array(entries)]])
                if !ownership.entries.isEmpty { return ownership }
            }
        }
        return FieldOwnership(of: live)
    }

    /// What the generation counts the changes of.
    private static func desired(_ object: JSON) -> JSON {
        var desired = object
        desired["metadata"] = nil
        desired["status"] = nil
        return desired
    }

    private func keepSystemMetadata(_ new: inout JSON, of old: JSON) {
        var metadata = new["metadata"]?.objectValue ?? [:]
        for name in [
            "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
            "generation", "resourceVersion", "namespace", "name", "generateName",
        ] {
            metadata[name] = old["metadata"]?[name]
        }
        metadata["selfLink"] = nil
        new["metadata"] = .object(metadata)
    }

    /// Commits a new state; nil where another write came first.
    private func store(
        _ complete: JSON, over current: StoredObject, _ old: JSON, _ target: ResourceTarget,
        _ options: WriteOptions
    ) async throws(APIFailure) -> WriteResult? {
        let resource = target.resource
        let finalizers = complete["metadata"]?["finalizers"]?.arrayValue ?? []
        let isGone =
            current.isDeleting && finalizers.isEmpty
            && (resource.rules != .namespace || APIServer.isFinalized(complete))
        // A write that changes nothing is none: no event, no new resource version. But one may find
        // that nothing holds the object any more, as of a namespace that was finalized before it was
        // deleted.
        if !isGone, APIServer.isSame(complete, old) {
            return WriteResult(object: .stored(current))
        }
        var object = complete
        object["apiVersion"] = .string(stored(resource))
        let draft = ObjectDraft(object, checkedBy: resource.schema)
        try checkSize(draft)
        if options.isDryRun { return WriteResult(object: .value(complete)) }
        let write = Write(
            collection: resource.collection,
            kind: isGone ? .delete(current.revision) : .replace(current.revision), draft: draft)
        switch await store.commit(write) {
        case .written(let object): return WriteResult(object: .stored(object))
        case .failed(let failure): throw failure
        default: return nil
        }
    }

    static func isFinalized(_ namespace: JSON) -> Bool {
        (namespace["spec"]?["finalizers"]?.arrayValue ?? []).isEmpty
    }

    /// Whether two states differ in nothing but the times at which fields were taken over.
    private static func isSame(_ new: JSON, _ old: JSON) -> Bool {
        if new == old { return true }
        let fields: JSONPath = ["metadata", "managedFields"]
        let entries = { (json: JSON?) in
            Set(
                (json?.arrayValue ?? []).map { entry -> JSON in
                    var entry = entry
                    entry["time"] = nil
                    return entry
                })
        }
        var (one, other) = (new, old)
        for path: JSONPath in [["metadata", "resourceVersion"], fields] {
            one[path] = nil
            other[path] = nil
        }
        return one == other && entries(new[fields]) == entries(old[fields])
    }
}
