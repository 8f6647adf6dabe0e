internal import Schemas
internal import Values

extension APIServer {
    func create(
        _ request: APIRequest, _ target: ResourceTarget
    ) async throws(APIFailure) -> APIResponse {
        let options = try WriteOptions(request, target, .update)
        let body = try BodyReader.read(request)
        try BodyReader.check(body, is: target.resource)
        let result = try await create(body, target, options)
        return try respond(request, target.resource, result)
    }

    /// Creates an object, giving it a name of its own where it asks for one.
    func create(
        _ body: JSON, _ target: ResourceTarget, _ options: WriteOptions
    ) async throws(APIFailure) -> WriteResult {
        var object = body
        let warnings = try admit(&object, target, options)
        let generates = (object["metadata"]?["name"]?.stringValue ?? "").isEmpty
        let prefix = object["metadata"]?["generateName"]?.stringValue ?? ""
        // A random name may be taken already; then another is drawn, as kube does since 1.32.
        for attempt in 0..<8 {
            if generates, !prefix.isEmpty {
                object[["metadata", "name"]] = .string(prefix.prefix(58) + makeNameSuffix())
            }
            do throws(APIFailure) {
                var result = try await insert(object, target, options)
                result.warnings = warnings
                return result
            } catch  where generates && error.reason == "AlreadyExists" && attempt < 7 {
                continue
            }
        }
        throw .tooManyRequests
    }

    /// Checks the shape of a body and takes out what clients may not say.
    func admit(
        _ object: inout JSON, _ target: ResourceTarget, _ options: WriteOptions,
        knowing known: JSON? = nil
    ) throws(APIFailure) -> [String] {
        let resource = target.resource
        // To the real server's typed kinds a null member is an absent one.
        if !resource.isCustom { object = JSON.object([:]).merging(patch: object) }
        var metadata = object["metadata"]?.objectValue ?? [:]
        if metadata["creationTimestamp"]?.isNull == true { metadata["creationTimestamp"] = nil }
        let named = metadata["namespace"]?.stringValue ?? ""
        if let namespace = target.namespace {
            guard named.isEmpty || named == namespace else {
                throw .badRequest(
                    "the namespace of the provided object does not match the namespace sent on the "
                        + "request")
            }
            metadata["namespace"] = .string(namespace)
        } else if resource.isNamespaced {
            throw .badRequest("an empty namespace may not be set during creation")
        } else {
            metadata["namespace"] = nil
        }
        object["metadata"] = .object(metadata)
        try resource.checkTypes(object)
        let unknown = try options.validation.prune(&object, as: resource, knowing: known)
        guard resource.isCustom, target.subresource.isEmpty, options.validation != .ignore,
            let spec = object["spec"], spec != known?["spec"]
        else { return unknown }
        return unknown + review(resource.kind, object).prefix(ControlPlaneLimits.warnings)
    }

    /// Creates an object that has a name.
    private func insert(
        _ admitted: JSON, _ target: ResourceTarget, _ options: WriteOptions
    ) async throws(APIFailure) -> WriteResult {
        let resource = target.resource
        var object = admitted
        guard (object["metadata"]?["resourceVersion"]?.stringValue ?? "").isEmpty else {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        let time = timeText()
        if resource.hasStatus { object["status"] = nil }
        setSystemMetadata(&object, resource, at: time)
        resource.rules.prepareForCreate(&object, catalog: catalog, at: time)
        resource.schema.applyDefaults(&object, asResource: true)
        try validate(object, old: nil, resource)
        let given = object["metadata"]?["managedFields"]
        object[["metadata", "managedFields"]] = nil
        var ownership =
            given == nil ? FieldOwnership() : FieldOwnership(of: admitted)
        if options.manager.operation == .update {
            ownership.recordUpdate(
                from: APIServer.blank(object), to: object, type: resource.fieldType,
                by: options.manager, at: time)
        }
        object[["metadata", "managedFields"]] = ownership.json
        return try await insert(object, target, isDryRun: options.isDryRun)
    }

    /// Stores a new object that is complete.
    func insert(
        _ complete: JSON, _ target: ResourceTarget, isDryRun: Bool
    ) async throws(APIFailure) -> WriteResult {
        let resource = target.resource
        var object = complete
        object["apiVersion"] = .string(stored(resource))
        let draft = ObjectDraft(object, checkedBy: resource.schema)
        try checkSize(draft)
        let name = draft.key.name
        if isDryRun {
            if store.object(resource.collection, draft.key) != nil {
                throw .alreadyExists(resource, name)
            }
            return WriteResult(object: .value(object), isCreated: true)
        }
        let write = Write(
            collection: resource.collection, kind: .create, draft: draft,
            needsNamespace: resource.isNamespaced, needsDefinition: resource.isCustom)
        switch await store.commit(write) {
        case .written(let object): return WriteResult(object: .stored(object), isCreated: true)
        case .overtaken: throw .alreadyExists(resource, name)
        case .definitionMissing: throw .unknownResource
        case .definitionEnding: throw .definitionEnding(resource)
        case .namespaceMissing:
            throw .notFound(group: "", plural: "namespaces", target.namespace ?? "")
        case .namespaceEnding:
            let namespace = target.namespace ?? ""
            var failure = APIFailure.forbidden(
                resource, name,
                "unable to create new content in namespace \(namespace) because it is being "
                    + "terminated")
            failure.details?["causes"] = [
                [
                    "reason": "NamespaceTerminating", "field": "metadata.namespace",
                    "message": .string("namespace \(namespace) is being terminated"),
                ]
            ]
            throw failure
        case .failed(let failure): throw failure
        }
    }

    /// The group version that objects of a kind are stored in.
    func stored(_ resource: APIResource) -> String {
        resource.group.isEmpty
            ? resource.storageVersion : "\(resource.group)/\(resource.storageVersion)"
    }

    private func setSystemMetadata(
        _ object: inout JSON, _ resource: APIResource, at time: String
    ) {
        var metadata = object["metadata"]?.objectValue ?? [:]
        for name in ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"] {
            metadata[name] = nil
        }
        metadata["uid"] = .string(makeUID())
        metadata["creationTimestamp"] = .string(time)
        metadata["resourceVersion"] = nil
        if resource.countsGenerations { metadata["generation"] = 1 }
        object["metadata"] = .object(metadata)
    }

    /// What field ownership takes an object for before it is created.
    static func blank(_ object: JSON) -> JSON {
        [
            "apiVersion": object["apiVersion"] ?? "", "kind": object["kind"] ?? "",
            "metadata": [:],
        ]
    }

    /// Checks everything about an object that is about to be stored.
    func validate(
        _ object: JSON, old: JSON?, _ resource: APIResource, knowing known: JSON? = nil
    ) throws(APIFailure) {
        let metadata = object["metadata"]?.objectValue ?? [:]
        var faults: [FieldFault]
        if let old {
            faults = MetadataValidation.updateFaults(
                metadata, from: old["metadata"]?.objectValue ?? [:], of: resource)
        } else {
            faults = MetadataValidation.faults(metadata, of: resource)
        }
        faults += resource.schemaFaults(object, knowing: known)
        if faults.isEmpty { faults += resource.rules.faults(object, old: old) }
        guard faults.isEmpty else {
            throw .invalid(resource, metadata["name"]?.stringValue ?? "", faults)
        }
    }
}
